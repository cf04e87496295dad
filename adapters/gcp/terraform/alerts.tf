locals {
  channels = concat(var.notification_channels, [for channel in google_monitoring_notification_channel.email : channel.name])

  service_names   = [for service in google_cloud_run_v2_service.render : service.name]
  of_the_services = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = one_of(\"${join("\",\"", local.service_names)}\")"
  of_the_workflow = "resource.type = \"workflows.googleapis.com/Workflow\" AND resource.labels.workflow_id = \"${google_workflows_workflow.render.name}\""
}

resource "google_monitoring_notification_channel" "email" {
  for_each = toset(var.alert_emails)

  project      = var.project_id
  type         = "email"
  display_name = "${var.project_name} renders: ${each.value}"
  user_labels  = var.labels
  labels = {
    email_address = each.value
  }

  depends_on = [google_project_service.required]
}

# A loop somewhere that starts renders, or a workflow that repeats without end, costs money before anybody looks.
resource "google_monitoring_alert_policy" "runaway_requests" {
  project               = var.project_id
  display_name          = "${var.project_name}-render: runaway requests"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.channels
  user_labels           = var.labels

  conditions {
    display_name = "More than ${var.render_request_alarm_threshold} requests in an hour"
    condition_threshold {
      filter          = "metric.type = \"run.googleapis.com/request_count\" AND ${local.of_the_services}"
      comparison      = "COMPARISON_GT"
      threshold_value = var.render_request_alarm_threshold
      duration        = "0s"
      aggregations {
        alignment_period   = "3600s"
        per_series_aligner = "ALIGN_SUM"
        # Over revisions and kinds of answers: each of them alone may stay below.
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "The render services of `${var.project_name}` get more requests than they should. `gcloud workflows executions list ${google_workflows_workflow.render.name} --location ${var.region}` shows what runs, `gcloud workflows executions cancel` ends it. If this many are meant, raise `render_request_alarm_threshold`."
  }
}

# A render that always fails makes few requests.
resource "google_monitoring_alert_policy" "failed_executions" {
  project               = var.project_id
  display_name          = "${var.project_name}-render: failed executions"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = local.channels
  user_labels           = var.labels

  conditions {
    display_name = "An execution failed"
    condition_threshold {
      filter          = "metric.type = \"workflows.googleapis.com/finished_execution_count\" AND metric.labels.status = \"FAILED\" AND ${local.of_the_workflow}"
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"
      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_SUM"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    mime_type = "text/markdown"
    content   = "`hyperlocal cloudrun progress <execution>` prints the error with its code. A code that the service answers with status 400 is the composition's or the request's; anything else was repeated and failed each time."
  }
}

# Chunks that take half of what the workflow waits for will soon take all of it, and then be rendered five times over.
resource "google_monitoring_alert_policy" "chunk_latency" {
  project               = var.project_id
  display_name          = "${var.project_name}-render: slow chunks"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = local.channels
  user_labels           = var.labels

  conditions {
    display_name = "One request in twenty takes more than ${var.chunk_latency_alarm_seconds} s"
    condition_threshold {
      filter     = "metric.type = \"run.googleapis.com/request_latencies\" AND ${local.of_the_services}"
      comparison = "COMPARISON_GT"
      # The metric is in milliseconds.
      threshold_value = var.chunk_latency_alarm_seconds * 1000
      duration        = "0s"
      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_PERCENTILE_95"
        cross_series_reducer = "REDUCE_MAX"
        group_by_fields      = ["resource.label.service_name"]
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    mime_type = "text/markdown"
    content   = "The workflow waits 1800 s for a request. Render with a smaller `--chunk-size`, or give instances more `cpu`."
  }
}
