variable "recovery_token" {
  type        = string
  description = "The same for every attempt at one recovery; what it makes carries it as a tag."
}

variable "function_name" {
  type = string
}

variable "runtime" {
  type    = string
  default = "python3.12"
}

variable "handler" {
  type = string
}

variable "role_arn" {
  type = string
}

variable "code_bucket" {
  type        = string
  description = "The bucket that holds the code."
}

variable "code_key" {
  type = string
}

variable "code_version" {
  type        = string
  default     = ""
  description = "Of the object; empty means the newest."
}

variable "memory_size" {
  type        = string
  default     = "128"
  description = "Megabytes."
}

variable "timeout" {
  type        = string
  default     = "3"
  description = "Seconds."
}

variable "environment" {
  type        = string
  sensitive   = true
  default     = "{}"
  description = "A JSON object."
}

variable "reserved_concurrency" {
  type    = string
  default = ""
}

variable "maximum_retry_attempts" {
  type        = string
  default     = ""
  description = "For events: 0 to 2."
}

variable "tags" {
  type        = string
  default     = "{}"
  description = "A JSON object."
}
