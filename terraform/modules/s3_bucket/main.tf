# Makes an S3 bucket anew, with nothing but Terraform's built-in provider.

terraform {
  required_version = ">= 1.11"
  backend "s3" {}
}

locals {
  script = "../../scripts/bucket.py"
}

# Recorded before anything is made: whatever carries the token is removed with this resource, even where
# making it failed half-way. (Terraform runs no destroy step of a resource whose own creation failed.)
resource "terraform_data" "recovery" {
  triggers_replace = { token = var.recovery_token, bucket_name = var.bucket_name }

  provisioner "local-exec" {
    when        = destroy
    interpreter = ["python3", "../../scripts/bucket.py"]
    command     = "remove"
    environment = { INPUT = jsonencode(self.triggers_replace) }
  }
}

resource "terraform_data" "bucket" {
  triggers_replace = terraform_data.recovery.id
  input = {
    token       = var.recovery_token
    bucket_name = var.bucket_name
  }

  provisioner "local-exec" {
    interpreter = ["python3", local.script]
    command     = "make"
    environment = { INPUT = jsonencode(self.input) }
  }
}

resource "terraform_data" "settings" {
  triggers_replace = terraform_data.bucket.id
  input = {
    token               = var.recovery_token
    bucket_name         = var.bucket_name
    block_public_access = var.block_public_access
    versioning          = var.versioning
    tags                = var.tags
  }

  provisioner "local-exec" {
    interpreter = ["python3", local.script]
    command     = "set_up"
    environment = { INPUT = jsonencode(self.input) }
  }
}

output "resource_id" {
  value = var.bucket_name
}

# Of the last step, so that it is in the state only once everything is done: the same recovery, asked for
# again, then finds nothing to do.
output "recovery_token" {
  value = terraform_data.settings.output.token
}
