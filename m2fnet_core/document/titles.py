"""What menus call commands."""

from collections.abc import Mapping

from m2fnet_core.document import commands as c

_TITLES: Mapping[type, str] = {
    c.AddMedia: "add videos",
    c.RemoveMedium: "remove video",
    c.Relink: "relink",
    c.TakeFile: "take the new file",
    c.Decide: "label",
    c.Clear: "clear",
    c.SetBounds: "change bounds",
    c.Split: "split",
    c.Merge: "merge",
    c.Insert: "insert",
    c.Delete: "delete",
    c.SetText: "change text",
    c.SetSpeaker: "change speaker",
    c.RenameSpeaker: "rename speaker",
    c.MergeSpeakers: "merge speakers",
    c.Import: "import",
    c.Recognise: "find out who says what",
    c.SetLabelSet: "change label set",
    c.NameFaces: "name faces",
    c.AddTrace: "trace",
    c.RemoveTrace: "remove trace",
}


def title(command: c.Command) -> str:
    """What menus call the command."""
    if isinstance(command, c.Together):
        return command.title
    if isinstance(command, c.Decide) and len(command.decisions) > 1:
        return f"label {len(command.decisions)} utterances"
    return _TITLES[type(command)]
