# Two identities. Neither has a key, and neither can change a permission.

# The service: objects of this one bucket.
resource "google_service_account" "service" {
  account_id   = "${var.project_name}-run"
  project      = var.project_id
  display_name = "Render service (Cloud Run)"

  depends_on = [google_project_service.required]
}

resource "google_storage_bucket_iam_member" "service_objects" {
  bucket = google_storage_bucket.render.name
  role   = "roles/storage.objectUser"
  member = google_service_account.service.member
}

# The workflow: calls the render services, and writes its log.
resource "google_service_account" "workflow" {
  account_id   = "${var.project_name}-wf"
  project      = var.project_id
  display_name = "Render workflow (Workflows)"

  depends_on = [google_project_service.required]
}

resource "google_cloud_run_v2_service_iam_member" "workflow_invokes" {
  for_each = google_cloud_run_v2_service.render

  project  = var.project_id
  location = each.value.location
  name     = each.value.name
  role     = "roles/run.invoker"
  member   = google_service_account.workflow.member
}

resource "google_project_iam_member" "workflow_logs" {
  count = var.workflow_call_log_level == "LOG_NONE" ? 0 : 1

  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.workflow.member
}

# Who renders. Workflows has no permissions of a single workflow: these hold for all of the project's.
resource "google_project_iam_member" "client_executions" {
  for_each = { for pair in setproduct(var.render_clients, ["roles/workflows.invoker", "roles/workflows.viewer"]) :
  "${pair[1]} ${pair[0]}" => { member = pair[0], role = pair[1] } }

  project = var.project_id
  role    = each.value.role
  member  = each.value.member
}

resource "google_storage_bucket_iam_member" "client_objects" {
  for_each = toset(var.render_clients)

  bucket = google_storage_bucket.render.name
  role   = "roles/storage.objectUser"
  member = each.value
}
