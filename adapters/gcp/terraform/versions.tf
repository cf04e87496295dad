terraform {
  required_version = ">= 1.5.0, < 2.0.0"
  required_providers {
    google = {
      source = "hashicorp/google"
      # The version whose resources tests/peers/infrastructure checks this module against.
      version = "~> 6.50.0"
    }
  }
}

# Credentials come from the environment: `gcloud auth application-default login`, or
# GOOGLE_OAUTH_ACCESS_TOKEN. To use this directory as a child module, delete this block and pass a provider.
provider "google" {
  project = var.project_id
  region  = var.region
}
