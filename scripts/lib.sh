# Functions that the scripts of this folder share. Sourced by bash: . "$(dirname "$0")/lib.sh"
# shellcheck shell=bash disable=SC2034 # what is set here is used there
SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# What the programs are built from, what they run on, and what the tests need besides.
BUILD_PACKAGES=(gcc libc6-dev cmake ninja-build pkg-config libssl-dev libzstd-dev libjansson-dev libpq-dev libcurl4-openssl-dev
    libsystemd-dev libmicrohttpd-dev libicu-dev libseccomp-dev libdnnl-dev g++ libsentencepiece-dev
    # formats
    libmagic-dev libarchive-dev libxml2-dev libcmark-gfm-dev libcmark-gfm-extensions-dev libyaml-dev libexpat1-dev libpoppler-glib-dev
    libgmime-3.0-dev libavformat-dev libavcodec-dev libavutil-dev libswscale-dev libswresample-dev libgit2-dev)
RUN_PACKAGES=(ca-certificates curl openjdk-17-jre-headless maven python3 python3-pip systemd util-linux procps)
TEST_PACKAGES=(clang clang-format shellcheck libcmocka-dev python3-pytest python3-psycopg python3-venv systemd-container
    bash-completion mandoc unicode-data git sentencepiece)

die() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

# Where a long step's own words go; shown when it fails.
quietly() {
    local log
    log=$(mktemp)
    if "$@" >"$log" 2>&1; then
        rm -f "$log"
        return 0
    fi
    tail -n 60 "$log" >&2
    rm -f "$log"
    return 1
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "needs root for: $* (run it as root, or install sudo)"
    fi
}

# Runs a command as another user, by root's right; with a clean environment of that user.
as_user() {
    local user=$1
    shift
    as_root runuser -u "$user" -- "$@"
}

systemd_runs() { [[ -d /run/systemd/system ]]; }

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

apt_get() {
    # A machine that has just booted may still be updating its lists: wait for the lock.
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# Installs what is missing of the packages named.
need_packages() {
    local package missing=()
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    echo "      apt-get install ${missing[*]}"
    apt_get update || die "apt-get update failed: is there a network?"
    apt_get install --no-install-recommends "${missing[@]}" || die "apt-get install failed"
}

# PostgreSQL's server without the cluster "main" that Debian's package makes and starts at its first installation:
# nobody asked for that one.
need_postgresql() {
    local drop_in=/etc/postgresql-common/createcluster.d/hartonomous-installs.conf
    ! is_installed postgresql || return 0
    need_packages postgresql-common
    as_root mkdir -p "$(dirname "$drop_in")"
    echo 'create_main_cluster = false' | as_root tee "$drop_in" >/dev/null
    if ! (need_packages postgresql); then
        as_root rm -f "$drop_in"
        exit 1
    fi
    as_root rm -f "$drop_in"
}

# The tests' Python: Debian's own packages, and from PyPI the official Neo4j driver, the tokens that ours must
# equal, and what writes models in ONNX.
PYTHON_PACKAGES=(neo4j==6.4.1 tokenizers==0.23.3 onnx==1.23.2 numpy==2.4.6)
PYTHON=$SOURCE/build/venv/bin/python3
need_python() {
    ! "$PYTHON" -c 'import neo4j, onnx, psycopg, pytest, tokenizers' 2>/dev/null || return 0
    rm -rf "$SOURCE/build/venv"
    /usr/bin/python3 -m venv --system-site-packages "$SOURCE/build/venv"
    quietly "$PYTHON" -m pip install --no-input --disable-pip-version-check "${PYTHON_PACKAGES[@]}" ||
        die "pip cannot install ${PYTHON_PACKAGES[*]}"
}

# Configures and builds a preset, in a shell of its own: build PRESET [-DNAME=VALUE…]
build() (
    local preset=$1
    shift
    cd "$SOURCE" || exit
    quietly cmake --preset "$preset" "$@" || die "cmake --preset $preset failed"
    quietly cmake --build --preset "$preset" -- --quiet || die "the build of preset $preset failed"
)
