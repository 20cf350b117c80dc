# Makes a Lambda function anew, with nothing but Terraform's built-in provider.

terraform {
  required_version = ">= 1.11"
  backend "s3" {}
}

locals {
  script = "../../scripts/function.py"
}

# Recorded before anything is made: whatever carries the token is removed with this resource, even where
# making it failed half-way. (Terraform runs no destroy step of a resource whose own creation failed.)
resource "terraform_data" "recovery" {
  triggers_replace = { token = var.recovery_token, function_name = var.function_name }

  provisioner "local-exec" {
    when        = destroy
    interpreter = ["python3", "../../scripts/function.py"]
    command     = "remove"
    environment = { INPUT = jsonencode(self.triggers_replace) }
  }
}

resource "terraform_data" "function" {
  triggers_replace = terraform_data.recovery.id
  input = {
    token         = var.recovery_token
    function_name = var.function_name
    runtime       = var.runtime
    handler       = var.handler
    role_arn      = var.role_arn
    code_bucket   = var.code_bucket
    code_key      = var.code_key
    code_version  = var.code_version
    memory_size   = var.memory_size
    timeout       = var.timeout
    environment   = var.environment
    tags          = var.tags
  }

  provisioner "local-exec" {
    interpreter = ["python3", local.script]
    command     = "make"
    environment = { INPUT = jsonencode(self.input) }
  }
}

resource "terraform_data" "settings" {
  triggers_replace = terraform_data.function.id
  input = {
    token                  = var.recovery_token
    function_name          = var.function_name
    reserved_concurrency   = var.reserved_concurrency
    maximum_retry_attempts = var.maximum_retry_attempts
  }

  provisioner "local-exec" {
    interpreter = ["python3", local.script]
    command     = "set_up"
    environment = { INPUT = jsonencode(self.input) }
  }
}

output "resource_id" {
  value = var.function_name
}

# Of the last step, so that it is in the state only once everything is done: the same recovery, asked for
# again, then finds nothing to do.
output "recovery_token" {
  value = terraform_data.settings.output.token
}
