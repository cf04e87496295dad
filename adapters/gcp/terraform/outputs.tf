output "render_bucket_name" {
  description = "The bucket of projects, plans, chunks and outputs."
  value       = google_storage_bucket.render.name
}

output "project_name" {
  description = "What the names of this stack begin with."
  value       = var.project_name
}

output "project_id" {
  description = "The project that the stack is in."
  value       = var.project_id
}

output "region" {
  description = "The region that the stack is in."
  value       = var.region
}

output "render_service_name" {
  description = "The Cloud Run service."
  value       = google_cloud_run_v2_service.render["render"].name
}

output "service_url" {
  description = "URL of the service, an execution's ServiceUrl."
  value       = google_cloud_run_v2_service.render["render"].uri
}

output "chunk_service_url" {
  description = "URL of the service for the chunks, an execution's ChunkServiceUrl; empty when there is none."
  value       = try(google_cloud_run_v2_service.render["chunks"].uri, "")
}

output "workflow_name" {
  description = "Id of the workflow."
  value       = google_workflows_workflow.render.name
}

output "workflow_id_full" {
  description = "The workflow's full resource name."
  value       = google_workflows_workflow.render.id
}

output "run_service_account_email" {
  description = "The service's identity."
  value       = google_service_account.service.email
}

output "workflow_service_account_email" {
  description = "The workflow's identity."
  value       = google_service_account.workflow.email
}
