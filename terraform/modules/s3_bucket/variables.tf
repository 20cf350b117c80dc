variable "recovery_token" {
  type        = string
  description = "The same for every attempt at one recovery; what it makes carries it as a tag."
}

variable "bucket_name" {
  type = string
}

variable "block_public_access" {
  type        = string
  default     = "true"
  description = "true or false."
}

variable "versioning" {
  type        = string
  default     = ""
  description = "Enabled or Suspended; empty leaves it alone."
}

variable "tags" {
  type        = string
  default     = "{}"
  description = "A JSON object."
}
