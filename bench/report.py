"""From samples to tables: medians with their range, ratios within a run, distances to goals."""

import statistics

CHOSEN = "weir"


class Table:
    """The samples of one figure."""

    def __init__(self, figure, samples):
        self.figure = figure
        self.samples = samples
        self.subjects = list(dict.fromkeys(sample.subject for sample in samples))

    def values(self, subject, value):
        return [s.values[value] for s in self.samples if s.subject == subject and value in s.values]

    def ratios(self, subject, value):
        """How many times weir's a subject's value is, run by run."""
        ours = {s.run: s.values.get(value) for s in self.samples if s.subject == CHOSEN}
        return [s.values[value] / ours[s.run] for s in self.samples
                if s.subject == subject and value in s.values and (ours.get(s.run) or 0) > 0]

    def heading(self):
        return ["", *self.figure.columns.values(), "× weir"]

    def rows(self):
        for subject in self.subjects:
            cells = [spread(self.values(subject, value)) for value in self.figure.columns]
            yield [subject, *cells, spread(self.ratios(subject, self.figure.value))]

    def verdicts(self):
        return [said for goal in self.figure.goals if (said := self._verdict(goal))]

    def _verdict(self, goal):
        heading = self.figure.columns[goal.value]
        if goal.peer:
            ratios = self.ratios(goal.peer, goal.value)
            if not ratios:
                return ""
            reached = statistics.median(ratios)
            return _judge(f"{goal.peer} takes {goal.times:g} × weir's ({heading})",
                          reached >= goal.times, f"{spread(ratios)} ×")
        ours = self.values(CHOSEN, goal.value)
        if not ours:
            return ""
        return _judge(f"at most {goal.most:g} ({heading})", statistics.median(ours) <= goal.most,
                      spread(ours))


def _judge(goal, reached, measured):
    return f"{'reached' if reached else 'NOT reached'}: {goal}; measured {measured}"


def number(value):
    if value == int(value) and abs(value) < 100 or abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}"


def spread(values):
    """The median, and in brackets the least and the most."""
    if not values:
        return "–"
    middle = number(statistics.median(values))
    least, most = number(min(values)), number(max(values))
    return middle if least == most else f"{middle} ({least}..{most})"


def as_text(table):
    lines = [table.heading(), *table.rows()]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    yield f"\n{table.figure.key}  {table.figure.title}"
    for line in lines:
        first, *rest = (cell.ljust(w) if i == 0 else cell.rjust(w)
                        for i, (cell, w) in enumerate(zip(line, widths)))
        yield "  " + "  ".join([first, *rest])
    for verdict in table.verdicts():
        yield f"  {verdict}"


def as_markdown(table):
    heading = table.heading()
    yield f"### {table.figure.key}: {table.figure.title}\n"
    yield "| " + " | ".join(heading) + " |"
    yield "|---|" + "--:|" * (len(heading) - 1)
    for row in table.rows():
        yield "| " + " | ".join(row) + " |"
    if table.verdicts():
        yield ""
    for verdict in table.verdicts():
        yield f"- {verdict}"
    if table.figure.note:
        yield f"\n{table.figure.note}"
    yield ""


def as_tsv(tables):
    yield "figure\tsubject\trun\tvalue\tnumber"
    for table in tables:
        for sample in table.samples:
            for value, measured in sample.values.items():
                yield (f"{table.figure.key}\t{sample.subject}\t{sample.run + 1}\t{value}"
                       f"\t{measured:.6g}")
