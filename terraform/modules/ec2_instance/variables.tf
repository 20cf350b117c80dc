variable "recovery_token" {
  type        = string
  description = "The same for every attempt at one recovery; what it makes carries it as a tag."
}

variable "image_id" {
  type = string
}

variable "instance_type" {
  type    = string
  default = "t3.micro"
}

variable "subnet_id" {
  type    = string
  default = ""
}

variable "security_group_ids" {
  type        = string
  default     = ""
  description = "Separated by commas."
}

variable "key_name" {
  type    = string
  default = ""
}

variable "instance_profile" {
  type        = string
  default     = ""
  description = "Name of the instance profile."
}

variable "monitoring" {
  type        = string
  default     = "false"
  description = "Detailed monitoring: true or false."
}

variable "tags" {
  type        = string
  default     = "{}"
  description = "A JSON object."
}
