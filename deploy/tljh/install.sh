#!/usr/bin/env bash
# Sets up a course on The Littlest JupyterHub: installs what is missing, changes what is different,
# and can be run again at any time, such as after a change of course.yml or an upgrade.
#
#   sudo deploy/tljh/install.sh [--admin NAME] [--package WHEEL] [--check] COURSE_FOLDER
#
#   --admin NAME     who administers the machine, if TLJH is not there yet
#   --package WHEEL  the wheel of practicum to install (default: practicum, from the package index)
#   --check          say what would be done, and change nothing
#
# docs/deploy.md tells the rest.
set -euo pipefail

readonly PREFIX=${TLJH_INSTALL_PREFIX:-/opt/tljh}
readonly HUB=$PREFIX/hub
readonly USERS=$PREFIX/user
readonly CONFIG=$PREFIX/config/jupyterhub_config.d/practicum.py
readonly UNIT=/etc/systemd/system/jupyterhub.service.d/practicum.conf
readonly ENVIRONMENT=/etc/practicum.env
# The same names stand in practicum.hub.joining.
readonly ACCOUNT=practicum
readonly HOME_OF_ACCOUNT=/var/lib/practicum
readonly SERVER=$USERS/bin/practicum-server
readonly BOOTSTRAP=https://tljh.jupyter.org/bootstrap.py
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly HERE

admin=
package=
check=no
course=
changed=no

say() { printf '%s\n' "practicum: $*"; }

# What happened, and what to do: exit code 2, as of practicum's own commands.
stop() {
    printf '%s\n' "practicum: $1" "    -> $2" >&2
    exit 2
}

# Runs a command, or only says it.
run() {
    if [[ $check == yes ]]; then
        printf 'would run:'
        printf ' %q' "$@"
        printf '\n'
    else
        "$@"
    fi
}

read_arguments() {
    while (($#)); do
        case $1 in
        --admin | --package)
            [[ ${2:-} ]] || stop "$1 needs a value" "$0 --help"
            if [[ $1 == --admin ]]; then admin=$2; else package=$2; fi
            shift 2
            ;;
        --check)
            check=yes
            shift
            ;;
        --help | -h)
            sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
            exit 0
            ;;
        -*) stop "there is no option $1" "$0 --help" ;;
        *)
            [[ -z $course ]] || stop "one course a machine, but there are two: $course and $1" \
                "plain nbgrader courses go into \`hub: {plain_courses: [...]}\` of course.yml"
            course=$1
            shift
            ;;
        esac
    done
    [[ $course ]] || stop "no course was named" "$0 COURSE_FOLDER"
    [[ -f $course/course/course.yml ]] ||
        stop "$course holds no course: there is no course/course.yml in it" \
            "practicum init makes one"
    course=$(cd "$course" && pwd -P)
    case $course in
    / | /home | /root | /opt | /srv | /var | /etc | /usr)
        stop "$course would become the course's own" "move the course into a folder of its own"
        ;;
    esac
    if [[ $package && ! -f $package ]]; then
        stop "$package is not there" "give --package the path of a wheel"
    fi
}

require_machine() {
    [[ $check == yes || $EUID == 0 ]] || stop "only root may do this" "sudo $0 $course"
    # shellcheck source=/dev/null
    . /etc/os-release
    case ${ID:-} in
    debian | ubuntu) ;;
    *) stop "${PRETTY_NAME:-this system} is neither Debian nor Ubuntu, which TLJH needs" \
        "docs/deploy.md tells the other ways" ;;
    esac
    [[ $check == yes ]] || command -v systemctl >/dev/null ||
        stop "there is no systemd, without which TLJH cannot run" "use a whole machine, no container"
}

install_tljh() {
    if [[ -x $HUB/bin/python3 && -x $USERS/bin/python3 ]]; then
        say "TLJH is there, in $PREFIX"
        return
    fi
    [[ $admin ]] || stop "TLJH is not there, and somebody has to administer it" \
        "sudo $0 --admin NAME $course"
    say "TLJH is installed from $BOOTSTRAP; that takes some minutes"
    run apt-get update -q
    run apt-get install -qy python3 python3-venv curl
    local script
    script=$(mktemp)
    run curl -fsSL --proto '=https' -o "$script" "$BOOTSTRAP"
    run python3 "$script" --admin "$admin"
    rm -f "$script"
}

# The box in which submissions run is made by bubblewrap; runuser and setpriv are in util-linux.
install_system_packages() {
    if ! command -v bwrap >/dev/null; then
        run apt-get update -q
        run apt-get install -qy bubblewrap
    fi
}

require_python() {
    local name=$1 python=$2/bin/python3
    [[ -x $python ]] || return 0 # only with --check
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        stop "TLJH's $name has $("$python" -V), and practicum needs 3.11 or newer" \
            "install TLJH anew on a newer system (Debian 12, Ubuntu 24.04)"
}

# install_package FOLDER EXTRAS: what of JupyterHub is there stays as it is.
install_package() {
    local folder=$1 wanted="practicum[$2]" pins
    [[ -z $package ]] || wanted="practicum[$2] @ file://$(realpath "$package")"
    say "$wanted goes into $folder"
    pins=$(mktemp)
    if [[ -x $folder/bin/python3 ]]; then
        # TLJH asks for a range of JupyterHub and of its proxy: practicum must not change them.
        "$folder/bin/python3" -m pip list --format=freeze 2>/dev/null |
            grep -iE '^(jupyterhub|jupyterhub-[a-z-]+|oauthenticator)==' >"$pins" || true
    fi
    run "$folder/bin/python3" -m pip install --quiet --upgrade \
        --upgrade-strategy only-if-needed --constraint "$pins" "$wanted"
    if [[ $package ]]; then
        # A wheel of the same version, built anew, counts as installed already.
        run "$folder/bin/python3" -m pip install --quiet --no-deps --force-reinstall "$package"
    fi
    rm -f "$pins"
}

make_account() {
    if ! getent passwd "$ACCOUNT" >/dev/null; then
        run useradd --system --user-group --create-home --home-dir "$HOME_OF_ACCOUNT" \
            --shell /usr/sbin/nologin "$ACCOUNT"
    fi
    run install -d -m 0700 -o "$ACCOUNT" -g "$ACCOUNT" "$HOME_OF_ACCOUNT" "$HOME_OF_ACCOUNT/run"
}

# The course's folder holds solutions and submissions: it is the course's own account's alone.
hand_over_course() {
    local above=$course
    while above=$(dirname "$above") && [[ $above != / ]]; do
        if [[ -d $above && ! $(stat -c %A "$above") == *[xt] ]]; then
            local what="$above lets nobody through, so the account $ACCOUNT cannot reach the course"
            [[ $check == no ]] || { say "$what" && break; }
            stop "$what" "move the course, to /srv/$(basename "$course") for example"
        fi
    done
    run chown -RhP "$ACCOUNT:$ACCOUNT" "$course"
    run chmod -R go-rwx "$course"
}

# put MODE TARGET: writes what comes in, if it is different, in one step.
put() {
    local mode=$1 target=$2 draft
    draft=$(mktemp)
    cat >"$draft"
    if [[ -f $target ]] && cmp -s "$draft" "$target"; then
        rm -f "$draft"
        return
    fi
    changed=yes
    if [[ $check == yes ]]; then
        say "$target would be written:"
        sed 's/^/    /' "$draft"
    else
        mkdir -p "$(dirname "$target")"
        install -m "$mode" "$draft" "$target.new"
        mv "$target.new" "$target"
        say "$target is written"
    fi
    rm -f "$draft"
}

write_configuration() {
    local quoted
    quoted=$(python3 -c 'import sys; print(ascii(sys.argv[1]))' "$course")
    put 0600 "$CONFIG" <<END
from practicum.hub import join

join(get_config(), $quoted, host="tljh")
END
    # ProtectKernelTunables lays read-only folders over /proc, and then no box may have a /proc of
    # its own: submissions would not be run. The file holds the databases' addresses, if any.
    put 0644 "$UNIT" <<END
[Service]
ProtectKernelTunables=no
EnvironmentFile=-$ENVIRONMENT
END
}

lay_student_files() {
    put 0755 "$SERVER" <"$HERE/../practicum-server"
    local own=$course/notebooks/student_start.ipynb
    local target=$USERS/share/practicum/student_start.ipynb
    if [[ ! -f $own ]]; then
        [[ -x $USERS/bin/python3 ]] || return 0 # only with --check
        own=$("$USERS/bin/python3" -c '
from importlib.resources import files
print(files("practicum") / "seed" / "notebooks" / "student_start.ipynb")') || own=
    fi
    if [[ -f $own ]]; then put 0644 "$target" <"$own"; fi
}

# The course's own culler takes idle_minutes from course.yml; two of them would contradict.
quiet_culler() {
    run "$HUB/bin/tljh-config" set services.cull.enabled false
}

# As the hub will read it, but nothing is started: a mistake must not take a hub down that runs.
try_configuration() {
    [[ $check == yes ]] && return
    local empty
    # Elsewhere than the hub, so that the database of a hub that runs is not touched.
    empty=$(mktemp -d)
    (cd "$empty" && "$HUB/bin/python3" - "$course") <<'END' || exit 2
import sys

from traitlets.config import Config

from practicum.errors import PracticumError
from practicum.hub import join

try:
    join(Config(), sys.argv[1], host="tljh")
except PracticumError as error:
    sys.exit(f"practicum: {error}")
END
    rmdir "$empty"
}

examine() {
    [[ $check == yes ]] && return
    say "practicum doctor, as the course's account:"
    (
        # Exported, not on the command line, which everybody on the machine can read.
        while IFS='=' read -r name value; do
            if [[ $name =~ ^[A-Z_]+$ ]]; then export "$name=$value"; fi
        done < <(cat "$ENVIRONMENT" 2>/dev/null || true)
        cd / # where the account may be, unlike in the home of whoever called this
        # alembic, by which nbgrader makes its tables, is looked for on PATH.
        export PATH=$HUB/bin:$PATH HOME=$HOME_OF_ACCOUNT
        runuser -u "$ACCOUNT" -- "$HUB/bin/practicum" doctor --course "$course"
    ) ||
        stop "practicum doctor found what does not work; the hub was not restarted" \
            "mend what it names above, then run this again"
}

restart() {
    run systemctl daemon-reload
    run systemctl restart jupyterhub
}

main() {
    read_arguments "$@"
    require_machine
    install_tljh
    require_python "hub" "$HUB"
    require_python "user environment" "$USERS"
    install_system_packages
    # The hub starts the course service, the review room and the course's JupyterLab.
    install_package "$HUB" all
    # Students' servers: widgets, and nbgrader with the exchange by the course service.
    install_package "$USERS" grading
    make_account
    hand_over_course
    try_configuration
    lay_student_files
    quiet_culler
    examine
    write_configuration
    restart
    [[ $check == no ]] || say "nothing was changed (files that differ: $changed)"
    say "done: open the address that course.yml names, as an instructor of the roster"
}

main "$@"
