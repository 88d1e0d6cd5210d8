"""Whether a project is safe at a place: one writer, and a disk of this computer."""

import os
import sys
from pathlib import Path

from filelock import FileLock, Timeout

from m2fnet_core.base.folders import data_folder
from m2fnet_core.document.store.failing import DocumentLocked, unwritable

_REMOTE = {
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "lustre", "gpfs", "beegfs"),
    *("fuse.sshfs", "fuse.rclone", "fuse.glusterfs", "fuse.davfs2", "fuse.gvfsd-fuse", "davfs"),
}
_REMOTE_DRIVE = 4  # GetDriveTypeW's DRIVE_REMOTE


def lock(path: Path) -> FileLock:
    """Hold the project for writing until released or until this process ends.

    Raises DocumentLocked, and DocumentUnwritable where it cannot be locked or is not safe: SQLite's journal needs
    memory that all its readers share, and two computers do not. The data folder is taken as it is: there is no better.
    """
    remote = "" if data_folder().absolute() in path.parents else remote_kind(path)
    if remote:
        raise unwritable(path, f"a network drive, {remote}, on which a crash could damage it")
    held = FileLock(path.with_name(path.name + ".lock"), timeout=0)
    try:
        held.acquire()
    except Timeout as error:
        raise DocumentLocked(f"{path.name} is open in another window; close it there to work on it here.") from error
    except (OSError, NotImplementedError) as error:
        raise unwritable(path, str(error)) from error
    return held


def remote_kind(path: Path) -> str:
    """What kind of network drive a path lies on; "" for a disk of this computer, or where that cannot be told."""
    if sys.platform == "win32":
        import ctypes

        anchor = path.absolute().anchor
        return "Windows share" if ctypes.windll.kernel32.GetDriveTypeW(anchor) == _REMOTE_DRIVE else ""
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    kind = kind_of_mount(Path(os.path.realpath(path)), mounts)
    return kind if kind in _REMOTE else ""


def kind_of_mount(path: Path, mounts: str) -> str:
    """The file system that holds an absolute path, by the lines of /proc/self/mountinfo (proc(5)); "" if none does."""
    found, depth = "", -1
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        point = Path(fields[4].replace("\\040", " "))
        if (path == point or point in path.parents) and len(point.parts) >= depth:
            found, depth = after.split()[0], len(point.parts)
    return found
