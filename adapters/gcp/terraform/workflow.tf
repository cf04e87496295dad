resource "google_workflows_workflow" "render" {
  name            = "${var.project_name}-render"
  project         = var.project_id
  region          = var.region
  description     = "Plan, chunks, assemble"
  labels          = var.labels
  service_account = google_service_account.workflow.id
  source_contents = file(var.workflow_source_path != "" ? var.workflow_source_path : "${path.module}/../workflow.yaml")
  call_log_level  = var.workflow_call_log_level
  # Progress is read from the history of steps.
  execution_history_level = "EXECUTION_HISTORY_BASIC"
  deletion_protection     = false

  # Nobody should start it before it may call the service. Permissions still take a while to spread, which is why
  # the definition repeats calls that were answered with 403.
  depends_on = [google_cloud_run_v2_service_iam_member.workflow_invokes]
}
