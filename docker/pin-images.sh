#!/bin/sh
# Writes the digest of each image into Dockerfile and compose.yml, as its registry has it today: `make images`. Then
# every machine gets the same bytes, until somebody runs this again. Look at the change before you commit it.
set -eu
cd "$(dirname "$0")"

for image in $(sed -nE 's/^ *(FROM|image:) ([a-z0-9./-]+:[A-Za-z0-9._-]+).*$/\2/p' Dockerfile compose.yml | sort -u); do
    digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}')
    printf '%s\n' "$digest" | grep -Eqx 'sha256:[0-9a-f]{64}' || { echo "$image has no digest: $digest" >&2; exit 1; }
    sed -E -i.before "s#^( *(FROM|image:) $image)(@sha256:[0-9a-f]{64})?( |\$)#\1@$digest\4#" Dockerfile compose.yml
    echo "$image@$digest"
done
rm -f Dockerfile.before compose.yml.before
