#!/usr/bin/env bash
# Tries the whole thing on Google Cloud: builds the image, makes a stack of its own, renders a project there and here,
# compares the two, looks whether strangers are kept out, and takes the stack down again.
set -euo pipefail

usage() {
  cat <<'END'
usage: adapters/gcp/smoke.sh --project ID [option]...

  --project ID       Google Cloud project with billing; `gcloud auth login` and
                     `gcloud auth application-default login` have been done
  --region NAME      default us-central1
  --image IMAGE      use this image instead of building one
  --render DIR       project to render (default: examples/orbit)
  --min-psnr DB      how near the two videos have to be (default: 45)
  --keep             leave the stack there; the last lines say how it is taken down
  --yes              do not ask whether this may cost money

The stack's name is new every time, so nothing of yours is touched. It costs some cents: about ten minutes of
Cloud Build without --image, less than a minute of Cloud Run, and an image of some 440 MB until it is deleted.

Exit status: 0 as it should be; 1 the videos differ or a stranger was let in; 64 usage; 69 a program is missing;
what a step failed with otherwise. The stack is taken down in every case, Ctrl-C included.
END
}

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
hyperlocal=${HYPERLOCAL:-$root/hyperlocal}
project='' region=us-central1 image='' render=$root/examples/orbit min_psnr=45 keep='' yes=''

say() { printf 'smoke: %s\n' "$*" >&2; }
stop() { # status message...
  local status=$1
  shift
  say "$@"
  exit "$status"
}

while (($#)); do
  case $1 in
    --keep) keep=1 ;;
    --yes) yes=1 ;;
    -h | --help) usage && exit 0 ;;
    --project | --region | --image | --render | --min-psnr)
      (($# >= 2)) || stop 64 "$1 takes a value"
      name=${1#--}
      printf -v "${name//-/_}" '%s' "$2"
      shift
      ;;
    *) stop 64 "there is no option $1; --help lists them" ;;
  esac
  shift
done
[[ -n $project ]] || stop 64 "--project is missing; --help says the rest"
for program in gcloud terraform curl; do
  command -v "$program" >/dev/null || stop 69 "$program is not on the PATH"
done
gcloud projects describe "$project" --format 'value(projectId)' >/dev/null ||
  stop 69 "gcloud cannot see the project $project; gcloud auth login, or another --project"
if [[ -z $yes ]]; then
  [[ -t 0 ]] || stop 64 "this costs money; --yes says that it may"
  read -r -p "This makes a stack in $project and costs some cents. Go on? [y/N] " answer
  [[ $answer == [yY]* ]] || stop 64 "nothing was done"
fi

# Names of 15 characters, so that those of the service accounts fit; nobody else's stack is called that.
stack=hl-smoke-$(printf '%04x%02x' "$RANDOM" "$((RANDOM % 256))")
repository=$stack
bucket=$stack-render-$project
work=$(mktemp -d "${TMPDIR:-/tmp}/$stack.XXXXXX")
# Terraform takes what has no flag from the environment. State, of Terraform and of the stack, goes to a directory of
# this run, so that the state of another stack is neither used nor lost.
export TF_VAR_project_name=$stack TF_VAR_bucket_force_destroy=true
export XDG_STATE_HOME=$work/state XDG_CONFIG_HOME=$work/config
# What `hyperlocal emulate` sets would lead to an emulator.
unset STORAGE_EMULATOR_HOST HYPERLOCAL_WORKFLOW HYPERLOCAL_SERVICE_URL HYPERLOCAL_WORKFLOWS_ENDPOINT HYPERFRAMES_RENDER_BUCKET

deployed='' own_repository=''
take_down() {
  local status=$?
  trap '' INT TERM HUP
  if [[ -n $keep && -n $deployed ]]; then
    say "the stack $stack is still there, and its state in $work; it is taken down by"
    say "  env TF_VAR_project_name=$stack XDG_STATE_HOME=$XDG_STATE_HOME XDG_CONFIG_HOME=$XDG_CONFIG_HOME \\"
    say "    $hyperlocal cloudrun destroy --project $project --region $region --yes"
    exit "$status"
  fi
  if [[ -n $deployed ]]; then
    say "taking $stack down"
    if ! "$hyperlocal" cloudrun destroy --project "$project" --region "$region" --yes >&2; then
      say "that failed: what is called $stack in $project has to be deleted by hand; Terraform's state is in $work"
      exit $((status == 0 ? 1 : status))
    fi
    if gcloud storage buckets describe "gs://$bucket" >/dev/null 2>&1; then
      say "gs://$bucket is still there"
      status=$((status == 0 ? 1 : status))
    fi
  fi
  if [[ -n $own_repository ]]; then
    gcloud artifacts repositories delete "$repository" --project "$project" --location "$region" --quiet >&2 ||
      say "the repository $repository of $project could not be deleted; its image costs money"
  fi
  rm -rf -- "$work"
  exit "$status"
}
trap take_down EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# The same chunks here and there: with the same Chrome and fonts even the frames are the same.
say "rendering $render here"
"$hyperlocal" render "$render" --chunk-size 60 -o "$work/here.mp4" >&2

say "deploying $stack to $project, $region"
options=(--project "$project" --region "$region" --max-instances 8)
if [[ -n $image ]]; then
  options+=(--image "$image")
else
  options+=(--repo "$repository")
  own_repository=1
fi
deployed=1 # from here on something may be there
"$hyperlocal" cloudrun deploy "${options[@]}" >&2

say "rendering $render there"
"$hyperlocal" cloudrun render "$render" --project "$project" --region "$region" --chunk-size 60 \
  --render-id "$stack" --output-key "smoke/$stack.mp4" --wait --json >"$work/render.json"
gcloud storage cp "gs://$bucket/smoke/$stack.mp4" "$work/there.mp4" >&2

failed=''
say "comparing the two videos"
"$hyperlocal" golden compare "$work/here.mp4" "$work/there.mp4" --min-psnr "$min_psnr" >&2 || failed="the videos differ"

say "asking as a stranger"
address=$(gcloud run services describe "$stack-render" --project "$project" --region "$region" --format 'value(status.url)')
# Not /healthz: Google's front end keeps that path to itself.
for url in "$address/" "https://storage.googleapis.com/$bucket/smoke/$stack.mp4"; do
  status=$(curl --silent --output /dev/null --max-time 30 --write-out '%{http_code}' "$url") || status=000
  case $status in
    401 | 403 | 404) ;; # 404: the service is closed to the internet
    *) failed="$url answers a stranger with $status" ;;
  esac
done

cat "$work/render.json"
[[ -z $failed ]] || stop 1 "$failed"
say "as it should be"
