"""No file includes itself through others, and no room does."""

from tree import Finding

from .arrows import PLUGINS, ROOMS, allowed_arrows


def _cycles(graph):
    """Each cycle once, as a list of nodes, found by walking depth first."""
    done, found = set(), []

    def walk(node, trail):
        if node in trail:
            found.append(trail[trail.index(node) :] + [node])
            return
        if node in done:
            return
        for target in sorted(graph.get(node, ())):
            walk(target, trail + [node])
        done.add(node)

    for start in sorted(graph):
        walk(start, [])
    return found


def check(tree):
    files = {
        source.path: {
            "src/" + include.name
            for include in source.includes
            if not include.angled and "src/" + include.name in tree
        }
        for source in tree.cxx("src/")
    }
    for cycle in _cycles(files):
        yield Finding(cycle[0], 1, "cycle", "break the circle " + " > ".join(cycle))
    rooms = {
        room: {target.split("/")[0] for target in targets if target != "*"}
        for room, targets in allowed_arrows(tree).items()
        if room != PLUGINS
    }
    for cycle in _cycles(rooms):
        yield Finding(ROOMS, 1, "cycle", "break the circle " + " > ".join(cycle))
