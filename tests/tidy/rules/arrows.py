"""Include arrows between rooms follow src/rooms.txt, and plug-ins keep to themselves.

The line `plug-ins` of rooms.txt lists the plug-in folders. The plane's other files do not include
them (only its catalogue.cpp does), a plug-in folder does not include another one, and the header of
a plug-in that the catalogue names is not for the plug-ins beside it. Unit tests may look at all of
their own room.
"""

from tree import Finding

ROOMS = "src/rooms.txt"
PLUGINS = "plug-ins"


def allowed_arrows(tree):
    """room -> what it may include, from rooms.txt; * means everything. Lines of a room add up."""
    arrows = {}
    for line in tree.text(ROOMS).splitlines():
        line = line.split("#")[0]
        if ":" in line:
            room, targets = line.split(":", 1)
            arrows.setdefault(room.strip(), []).extend(targets.split())
    return arrows


def _plugin_folder(path, folders):
    """edge/transports of edge/transports/udp.cpp; nothing for a file that is no plug-in's."""
    return next((folder for folder in folders if path.startswith(folder + "/")), None)


def _may(target, allowed):
    return any(entry in ("*", target) or target.startswith(entry + "/") for entry in allowed)


def _doors(tree, plane):
    """Headers of single plug-ins: the catalogue includes them, and a .cpp stands beside them."""
    catalogue = tree.sources.get(f"src/{plane}/catalogue.cpp")
    return {
        include.name
        for include in (catalogue.includes if catalogue else ())
        if f"src/{include.name.removesuffix('.h')}.cpp" in tree
    }


def _inside_the_room(tree, source, here, target, folders):
    """What is wrong with an include that stays in its room, or nothing."""
    mine, theirs = _plugin_folder(here, folders), _plugin_folder(target, folders)
    if source.is_test or theirs is None:
        return None
    if mine is None:
        if here.endswith("/catalogue.cpp"):
            return None
        return f"only the plane's catalogue.cpp names plug-ins; take {target} through an interface"
    if mine != theirs:
        return f"{mine} does not know {theirs}; meet at an interface in the plane's top folder"
    own_stem = here.rsplit(".", 1)[0] == target.rsplit(".", 1)[0]
    if not own_stem and target in _doors(tree, here.split("/")[0]):
        return f"{target} is a sibling plug-in; move what both need into a header of its own"
    return None


def _between_rooms(source, room, target, arrows):
    if target.split("/")[0] not in arrows:
        if source.is_test and target.startswith(("kit/", "scenarios/")):
            return None
        return f'"{target}" begins with no room of {ROOMS}; write includes from src/'
    if not _may(target, arrows[room]):
        allowed = " ".join(arrows[room]) or "nothing"
        return f"{room} may not include {target}; {ROOMS} allows {allowed}"
    return None


def check(tree):
    arrows = allowed_arrows(tree)
    folders = arrows.pop(PLUGINS, [])
    for source in tree.cxx("src/"):
        here = source.path.removeprefix("src/")
        room = here.split("/")[0]
        if room not in arrows:
            yield Finding(source.path, 1, "room", f"{room} has no line in {ROOMS}")
            continue
        for include in source.includes:
            if include.angled:
                continue
            if include.name.startswith(room + "/"):
                wrong = _inside_the_room(tree, source, here, include.name, folders)
            else:
                wrong = _between_rooms(source, room, include.name, arrows)
            if wrong:
                yield Finding(source.path, include.line, "arrow", wrong)
