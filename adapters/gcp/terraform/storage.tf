# One bucket: sites/<hash>/project.tar.gz, renders/<render id>/…, and outputs under keys of the caller's choice.
# What is under no other key than these two prefixes is never swept.
locals {
  swept_after_days = { for prefix, days in {
    "renders/" = var.render_retention_days
    "sites/"   = var.site_retention_days
  } : prefix => days if days > 0 }
}

resource "google_storage_bucket" "render" {
  name     = "${var.project_name}-render-${var.project_id}"
  project  = var.project_id
  location = var.region
  labels   = var.labels

  # Permissions by IAM alone, and to nobody in public, whatever is granted later.
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = var.bucket_force_destroy

  soft_delete_policy {
    retention_duration_seconds = var.soft_delete_days * 24 * 60 * 60
  }

  dynamic "lifecycle_rule" {
    for_each = local.swept_after_days
    content {
      condition {
        age            = lifecycle_rule.value
        matches_prefix = [lifecycle_rule.key]
      }
      action {
        type = "Delete"
      }
    }
  }

  # Parts of uploads that were never completed are not objects, yet are paid for.
  lifecycle_rule {
    condition {
      age = 1
    }
    action {
      type = "AbortIncompleteMultipartUpload"
    }
  }

  depends_on = [google_project_service.required]
}
