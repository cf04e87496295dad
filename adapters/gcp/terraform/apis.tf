locals {
  apis = toset(var.enable_apis ? [
    "artifactregistry.googleapis.com",
    "cloudbuild.googleapis.com",
    "iam.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "run.googleapis.com",
    "storage.googleapis.com",
    "workflowexecutions.googleapis.com",
    "workflows.googleapis.com",
  ] : [])
}

resource "google_project_service" "required" {
  for_each = local.apis

  project = var.project_id
  service = each.value
  # Others in the project may use it.
  disable_on_destroy = false
}
