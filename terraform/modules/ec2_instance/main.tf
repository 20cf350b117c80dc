# Makes an EC2 instance anew, with nothing but Terraform's built-in provider.

terraform {
  required_version = ">= 1.11"
  backend "s3" {}
}

locals {
  script = "../../scripts/instance.py"
}

# Recorded before anything is made: whatever carries the token is removed with this resource, even where
# making it failed half-way. (Terraform runs no destroy step of a resource whose own creation failed.)
resource "terraform_data" "recovery" {
  triggers_replace = { token = var.recovery_token }

  provisioner "local-exec" {
    when        = destroy
    interpreter = ["python3", "../../scripts/instance.py"]
    command     = "remove"
    environment = { INPUT = jsonencode(self.triggers_replace) }
  }
}

resource "terraform_data" "instance" {
  triggers_replace = terraform_data.recovery.id
  input = {
    token              = var.recovery_token
    image_id           = var.image_id
    instance_type      = var.instance_type
    subnet_id          = var.subnet_id
    security_group_ids = var.security_group_ids
    key_name           = var.key_name
    monitoring         = var.monitoring
    tags               = var.tags
  }

  provisioner "local-exec" {
    interpreter = ["python3", local.script]
    command     = "make"
    environment = {
      INPUT            = jsonencode(self.input)
      RESOURCE_ID_FILE = ".terraform/made-${self.id}"
    }
  }
}

resource "terraform_data" "settings" {
  triggers_replace = terraform_data.instance.id
  input = {
    token            = var.recovery_token
    instance_profile = var.instance_profile
    # A step cannot answer a value to Terraform, so it leaves the id in a file. While planning, the name
    # of that file is not yet known, hence it is read after the instance was made, and then remembered.
    instance_id = try(file(".terraform/made-${terraform_data.instance.id}"), "")
  }

  lifecycle {
    ignore_changes = [input]
  }

  provisioner "local-exec" {
    interpreter = ["python3", local.script]
    command     = "set_up"
    environment = { INPUT = jsonencode(self.input) }
  }
}

output "resource_id" {
  value = terraform_data.settings.output.instance_id
}

# Of the last step, so that it is in the state only once everything is done: the same recovery, asked for
# again, then finds nothing to do.
output "recovery_token" {
  value = terraform_data.settings.output.token
}
