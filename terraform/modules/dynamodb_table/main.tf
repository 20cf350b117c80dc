# Makes a DynamoDB table anew, with nothing but Terraform's built-in provider.

terraform {
  required_version = ">= 1.11"
  backend "s3" {}
}

locals {
  script = "../../scripts/table.py"
}

# Recorded before anything is made: whatever carries the token is removed with this resource, even where
# making it failed half-way. (Terraform runs no destroy step of a resource whose own creation failed.)
resource "terraform_data" "recovery" {
  triggers_replace = { token = var.recovery_token, table_name = var.table_name }

  provisioner "local-exec" {
    when        = destroy
    interpreter = ["python3", "../../scripts/table.py"]
    command     = "remove"
    environment = { INPUT = jsonencode(self.triggers_replace) }
  }
}

resource "terraform_data" "table" {
  triggers_replace = terraform_data.recovery.id
  input = {
    token          = var.recovery_token
    table_name     = var.table_name
    hash_key       = var.hash_key
    hash_key_type  = var.hash_key_type
    range_key      = var.range_key
    range_key_type = var.range_key_type
    tags           = var.tags
  }

  provisioner "local-exec" {
    interpreter = ["python3", local.script]
    command     = "make"
    environment = { INPUT = jsonencode(self.input) }
  }
}

resource "terraform_data" "settings" {
  triggers_replace = terraform_data.table.id
  input = {
    token                       = var.recovery_token
    table_name                  = var.table_name
    point_in_time_recovery      = var.point_in_time_recovery
    point_in_time_recovery_days = var.point_in_time_recovery_days
    ttl_attribute               = var.ttl_attribute
  }

  provisioner "local-exec" {
    interpreter = ["python3", local.script]
    command     = "set_up"
    environment = { INPUT = jsonencode(self.input) }
  }
}

output "resource_id" {
  value = var.table_name
}

# Of the last step, so that it is in the state only once everything is done: the same recovery, asked for
# again, then finds nothing to do.
output "recovery_token" {
  value = terraform_data.settings.output.token
}
