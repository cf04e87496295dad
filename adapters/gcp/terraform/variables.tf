# The names of the first group are those of the published module, so that its users' settings apply here.

variable "project_id" {
  type        = string
  description = "Google Cloud project that everything is made in. It must have billing."

  validation {
    condition     = can(regex("^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id is a project's id (6 to 30 lower-case letters, digits and hyphens), not its name or number."
  }
}

variable "region" {
  type        = string
  description = "Region of the service, the workflow and the bucket."
  default     = "us-central1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region is the name of a region, such as us-central1 or europe-west4."
  }
}

variable "project_name" {
  type        = string
  description = "What the names of everything begin with: two stacks in one project need two."
  default     = "hyperframes"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,21}[a-z0-9]$", var.project_name))
    error_message = "project_name has 3 to 23 lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen: the ids of service accounts are made of it, which have at most 30."
  }
}

variable "image" {
  type        = string
  description = "The container image of the service, built from adapters/gcp/Dockerfile, with a tag of its own or a digest."

  validation {
    condition     = can(regex("^[^@]+(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64})$", var.image))
    error_message = "image ends with a tag or a digest."
  }
}

variable "cpu" {
  type        = string
  description = "vCPUs of an instance: 1, 2, 4, 6 or 8."
  default     = "4"

  validation {
    condition     = contains(["1", "2", "4", "6", "8"], var.cpu)
    error_message = "cpu is 1, 2, 4, 6 or 8."
  }
}

variable "memory" {
  type        = string
  description = "Memory of an instance, as 512Mi or 16Gi; its temporary files are in it."
  default     = "16Gi"

  validation {
    condition     = can(regex("^[1-9][0-9]*(Mi|Gi)$", var.memory))
    error_message = "memory is a number with Mi or Gi, such as 16Gi."
  }
}

variable "request_timeout_seconds" {
  type        = number
  description = "How long one request may take. The workflow gives up after 1800 s; more is of use to other callers only."
  default     = 1800

  validation {
    condition     = var.request_timeout_seconds >= 1 && var.request_timeout_seconds <= 3600 && floor(var.request_timeout_seconds) == var.request_timeout_seconds
    error_message = "request_timeout_seconds is a whole number from 1 to 3600."
  }
}

variable "min_instances" {
  type        = number
  description = "Instances that are kept when there is nothing to do, and paid for: 1 saves the first render after a pause a cold start."
  default     = 0

  validation {
    condition     = var.min_instances >= 0 && floor(var.min_instances) == var.min_instances
    error_message = "min_instances is a whole number, 0 or more."
  }
}

variable "max_instances" {
  type        = number
  description = "Instances at most, each with one request: the limit of what a mistake can cost. One render has at most 20 chunks under way."
  default     = 100

  validation {
    condition     = var.max_instances >= 1 && floor(var.max_instances) == var.max_instances
    error_message = "max_instances is a whole number, 1 or more."
  }
}

variable "workflow_source_path" {
  type        = string
  description = "Another workflow definition than adapters/gcp/workflow.yaml. `hyperlocal workflow check FILE` says whether it can be deployed."
  default     = ""
}

variable "render_request_alarm_threshold" {
  type        = number
  description = "Requests an hour, above which an alert is raised."
  default     = 1000

  validation {
    condition     = var.render_request_alarm_threshold > 0
    error_message = "render_request_alarm_threshold is more than 0."
  }
}

variable "notification_channels" {
  type        = list(string)
  description = "Names of Cloud Monitoring notification channels (projects/P/notificationChannels/N) that are told of alerts."
  default     = []

  validation {
    condition     = alltrue([for channel in var.notification_channels : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", channel))])
    error_message = "notification_channels holds names like projects/my-project/notificationChannels/123; `gcloud beta monitoring channels list` prints them."
  }
}

variable "bucket_force_destroy" {
  type        = bool
  description = "Whether destroying the stack may delete the bucket with what is in it. `hyperlocal cloudrun destroy` sets it after having asked."
  default     = false
}

# What the published module does not have.

variable "chunk_service" {
  type = object({
    cpu           = optional(string, "4")
    memory        = optional(string, "16Gi")
    min_instances = optional(number, 0)
    max_instances = optional(number, 100)
  })
  description = "Sizes of a second service for the chunks alone; cpu, memory and instances above are then those of planning and assembling. Its URL is the execution's argument ChunkServiceUrl. Null: one service does everything."
  default     = null
}

variable "ingress" {
  type        = string
  description = "From where the service can be reached. Workflows of the same project count as internal; INGRESS_TRAFFIC_ALL is for callers elsewhere. IAM holds either way."
  default     = "INGRESS_TRAFFIC_INTERNAL_ONLY"

  validation {
    condition     = contains(["INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER", "INGRESS_TRAFFIC_ALL"], var.ingress)
    error_message = "ingress is INGRESS_TRAFFIC_INTERNAL_ONLY, INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER or INGRESS_TRAFFIC_ALL."
  }
}

variable "tmp_size" {
  type        = string
  description = "Bound of /tmp, as 8Gi: what is written beyond it fails with an error, instead of the instance being killed for its memory. Null: /tmp is the container's, bound by memory only. Read the README before setting it."
  default     = null

  validation {
    condition     = var.tmp_size == null || can(regex("^[1-9][0-9]*(Mi|Gi)$", var.tmp_size))
    error_message = "tmp_size is a number with Mi or Gi, such as 8Gi, or null."
  }
}

variable "render_clients" {
  type        = list(string)
  description = "Who may render, as user:ada@example.com or serviceAccount:ci@my-project.iam.gserviceaccount.com: start and watch executions, read and write objects of the bucket."
  default     = []

  validation {
    condition     = alltrue([for member in var.render_clients : can(regex("^(user|group|serviceAccount|domain|principal|principalSet):.+$", member))])
    error_message = "render_clients holds IAM members such as user:ada@example.com; allUsers is not one that should render."
  }
}

variable "render_retention_days" {
  type        = number
  description = "Days after which what lies under renders/ is deleted: plans, chunks, and outputs that were not given another key. 0: never."
  default     = 7

  validation {
    condition     = var.render_retention_days >= 0 && floor(var.render_retention_days) == var.render_retention_days
    error_message = "render_retention_days is a whole number, 0 or more."
  }
}

variable "site_retention_days" {
  type        = number
  description = "Days after which an uploaded project (sites/) is deleted; the next render uploads it again. 0: never."
  default     = 30

  validation {
    condition     = var.site_retention_days >= 0 && floor(var.site_retention_days) == var.site_retention_days
    error_message = "site_retention_days is a whole number, 0 or more."
  }
}

variable "soft_delete_days" {
  type        = number
  description = "Days for which a deleted object can be brought back, and is paid for: 0, or 7 to 90. Everything here can be made again, so nothing is kept."
  default     = 0

  validation {
    condition     = var.soft_delete_days == 0 || (var.soft_delete_days >= 7 && var.soft_delete_days <= 90 && floor(var.soft_delete_days) == var.soft_delete_days)
    error_message = "soft_delete_days is 0, or a whole number from 7 to 90."
  }
}

variable "workflow_call_log_level" {
  type        = string
  description = "What executions log of their calls. LOG_ALL_CALLS writes configs, and so the variables of compositions, into the log."
  default     = "LOG_ERRORS_ONLY"

  validation {
    condition     = contains(["LOG_NONE", "LOG_ERRORS_ONLY", "LOG_ALL_CALLS"], var.workflow_call_log_level)
    error_message = "workflow_call_log_level is LOG_NONE, LOG_ERRORS_ONLY or LOG_ALL_CALLS."
  }
}

variable "alert_emails" {
  type        = list(string)
  description = "Addresses that alerts are mailed to, besides notification_channels."
  default     = []

  validation {
    condition     = alltrue([for address in var.alert_emails : can(regex("^[^@[:space:]]+@[^@[:space:]]+$", address))])
    error_message = "alert_emails holds e-mail addresses."
  }
}

variable "chunk_latency_alarm_seconds" {
  type        = number
  description = "Seconds; an alert is raised when one request in twenty takes longer. At 1800 the workflow gives up."
  default     = 900

  validation {
    condition     = var.chunk_latency_alarm_seconds > 0 && var.chunk_latency_alarm_seconds <= 3600
    error_message = "chunk_latency_alarm_seconds is more than 0 and at most 3600."
  }
}

variable "labels" {
  type        = map(string)
  description = "Labels of everything that can have labels, to tell its cost apart."
  default     = {}
}

variable "enable_apis" {
  type        = bool
  description = "Whether to switch on the APIs that are needed. They stay on when the stack is destroyed."
  default     = true
}
