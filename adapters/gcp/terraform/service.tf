locals {
  # By what it does. Without a service for the chunks, the first one does everything.
  services = merge(
    {
      render = {
        name          = "${var.project_name}-render"
        cpu           = var.cpu
        memory        = var.memory
        min_instances = var.min_instances
        max_instances = var.max_instances
      }
    },
    var.chunk_service == null ? {} : {
      chunks = merge(var.chunk_service, { name = "${var.project_name}-chunks" })
    }
  )

  # What Cloud Run gives at most, and asks for at least, by vCPUs; MiB.
  memory_limits = {
    "1" = { least = 512, most = 4096 }
    "2" = { least = 512, most = 8192 }
    "4" = { least = 2048, most = 16384 }
    "6" = { least = 4096, most = 24576 }
    "8" = { least = 4096, most = 32768 }
  }
  memory_mib = {
    for key, service in local.services : key =>
    try(tonumber(replace(service.memory, "/[MG]i$/", "")) * (endswith(service.memory, "Gi") ? 1024 : 1), 0)
  }
}

resource "google_cloud_run_v2_service" "render" {
  for_each = local.services

  name     = each.value.name
  project  = var.project_id
  location = var.region
  labels   = var.labels
  ingress  = var.ingress
  # It holds nothing: what matters is in the bucket.
  deletion_protection = false

  template {
    service_account = google_service_account.service.email
    labels          = var.labels
    timeout         = "${var.request_timeout_seconds}s"
    # A whole Linux rather than gVisor: system calls at full speed for Chrome and the encoder.
    execution_environment = "EXECUTION_ENVIRONMENT_GEN2"
    # A request uses all of the instance's processors; a second one would double the time of both.
    max_instance_request_concurrency = 1

    scaling {
      min_instance_count = each.value.min_instances
      max_instance_count = each.value.max_instances
    }

    containers {
      image = var.image

      resources {
        limits = {
          cpu    = each.value.cpu
          memory = each.value.memory
        }
        # Paid by the request: nothing goes on between them.
        cpu_idle          = true
        startup_cpu_boost = true
      }

      ports {
        container_port = 8080
      }

      # The one bucket that a request may name.
      env {
        name  = "HYPERFRAMES_RENDER_BUCKET"
        value = google_storage_bucket.render.name
      }
      # Of the traces that the lines of the log belong to.
      env {
        name  = "GOOGLE_CLOUD_PROJECT"
        value = var.project_id
      }

      # No liveness probe: between requests there is no processor to answer it with.
      startup_probe {
        http_get {
          path = "/healthz"
          port = 8080
        }
        period_seconds    = 2
        timeout_seconds   = 2
        failure_threshold = 30
      }

      dynamic "volume_mounts" {
        for_each = var.tmp_size == null ? [] : ["tmp"]
        content {
          name       = volume_mounts.value
          mount_path = "/tmp"
        }
      }
    }

    dynamic "volumes" {
      for_each = var.tmp_size == null ? [] : ["tmp"]
      content {
        name = volumes.value
        empty_dir {
          medium     = "MEMORY"
          size_limit = var.tmp_size
        }
      }
    }
  }

  lifecycle {
    precondition {
      condition     = !endswith(var.image, ":latest")
      error_message = "image: a tag of its own, or a digest. Cloud Run would not notice that latest is another image now."
    }
    precondition {
      condition     = contains(keys(local.memory_limits), each.value.cpu)
      error_message = "${each.key}: cpu is 1, 2, 4, 6 or 8, and not ${each.value.cpu}."
    }
    precondition {
      condition = try(local.memory_mib[each.key] >= local.memory_limits[each.value.cpu].least &&
      local.memory_mib[each.key] <= local.memory_limits[each.value.cpu].most, false)
      error_message = "${each.key}: memory ${each.value.memory} does not go with ${each.value.cpu} vCPU: at most 4Gi with 1, 8Gi with 2, 2Gi to 16Gi with 4, 4Gi to 24Gi with 6, 4Gi to 32Gi with 8, and never less than 512Mi."
    }
    precondition {
      condition     = each.value.min_instances >= 0 && each.value.min_instances <= each.value.max_instances && each.value.max_instances >= 1
      error_message = "${each.key}: min_instances (${each.value.min_instances}) is from 0 to max_instances (${each.value.max_instances})."
    }
  }

  # The first start reads nothing, but the first request does: permissions should be there by then.
  depends_on = [google_project_service.required, google_storage_bucket_iam_member.service_objects]
}
