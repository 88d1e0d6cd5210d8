"""What ``m2fnet-studio`` starts: the window, or a word that needs none (``doctor``, ``--register``).

Qt is not imported before it is known that it is needed: the check says what is wrong with it.
"""

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["doctor"]:
        from app.doctor import main as doctor

        return doctor(arguments[1:])
    if arguments in (["--register"], ["--unregister"]):
        from app.desktop_entry import register, unregister

        code, sentence = register() if arguments == ["--register"] else unregister()
        print(sentence, file=sys.stderr if code else sys.stdout)
        return code
    from app.main import main as window

    return window(arguments)


if __name__ == "__main__":
    sys.exit(main())
