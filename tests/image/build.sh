#!/bin/sh
# Builds the image by docker/Dockerfile as it is, but for the first line of each stage: in place of the official image of
# Python there is Debian's own Python of the same version. For machines that reach packages, and no registry of images.
#
#   apt-get install --no-install-recommends debootstrap buildah podman runc catatonit softhsm2
#   tests/image/build.sh                        # as root
#   make image-walk
#
# BUILD_OPTIONS go to buildah: how pip reaches its packages there, such as -v /etc/pip.conf:/etc/pip.conf:ro
set -eu
cd "$(dirname "$0")/../.."

BASE=localhost/nozimite-python
if ! buildah inspect --type image "$BASE" >/dev/null 2>&1; then
    made=$(mktemp -d)
    trap 'rm -rf "$made"' EXIT
    debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv,python-is-python3 trixie "$made/root"
    tar -C "$made/root" --exclude='./proc/*' --exclude='./sys/*' --exclude='./dev/*' -cf "$made/root.tar" .
    printf 'FROM scratch\nADD root.tar /\nENV PATH=/usr/local/bin:/usr/bin:/bin\n' > "$made/Dockerfile"
    buildah bud --quiet --ignorefile /dev/null -f "$made/Dockerfile" -t "$BASE" "$made"
fi
sed -E "s#^FROM python:\\S+#FROM $BASE#" docker/Dockerfile |
    buildah bud --isolation chroot --network host ${BUILD_OPTIONS:-} \
        --ignorefile docker/Dockerfile.dockerignore -f - -t localhost/nozimite .
