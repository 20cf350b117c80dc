variable "recovery_token" {
  type        = string
  description = "The same for every attempt at one recovery; what it makes carries it as a tag."
}

variable "table_name" {
  type = string
}

variable "hash_key" {
  type = string
}

variable "hash_key_type" {
  type        = string
  default     = "S"
  description = "S, N or B."
}

variable "range_key" {
  type    = string
  default = ""
}

variable "range_key_type" {
  type        = string
  default     = "S"
  description = "S, N or B."
}

variable "point_in_time_recovery" {
  type        = string
  default     = "true"
  description = "true or false."
}

variable "point_in_time_recovery_days" {
  type        = string
  default     = "35"
  description = "1 to 35."
}

variable "ttl_attribute" {
  type        = string
  default     = ""
  description = "The attribute by which items expire."
}

variable "tags" {
  type        = string
  default     = "{}"
  description = "A JSON object."
}
