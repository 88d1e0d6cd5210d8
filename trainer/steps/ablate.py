"""The step ``ablate``: rows of the paper's tables (torch)."""

from dataclasses import replace

from trainer.config import LoopConfig
from trainer.datasets.base import SPLITS
from trainer.events import Done, ignore
from trainer.learn.loop import Fit
from trainer.learn.task import Task
from trainer.run.folder import Run
from trainer.run.processes import is_first
from trainer.steps.job import Job, labelled_dialogues
from trainer.steps.text import text
from trainer.studies.ablate import ablation
from trainer.studies.context_study import as_markdown as context_table
from trainer.studies.context_study import context_study
from trainer.studies.paper_tables import as_markdown, write_results


def ablate(job: Job) -> Done:
    """The rows of Tables 2-5 that the run's vectors allow, and the text encoder's context; leaves ``table.md``."""
    config, folder = job.run.config, job.run.step_folder("ablate")
    parts, figures = list[str](), dict[str, float]()
    if config.ablate.tables:
        rows = ablation(
            config, labelled_dialogues(job.run, *SPLITS), folder, lambda *given: _quiet_fit(job, *given), job.hook
        )
        if is_first():
            write_results(rows, folder / "table.csv")
        parts.append(as_markdown(rows, config.ablate.paper))
        figures |= {f"table {r.table}/{r.name}": r.mean for r in rows}
    if config.ablate.context:
        results = context_study(job.run, folder, lambda run: text(replace(job, run=run, hook=ignore)))
        parts.append(context_table(results))
        figures |= {f"context {r.name}": r.weighted_f1 for r in results}
    if is_first():
        (folder / "table.md").write_text("\n".join(parts), encoding="utf-8")
    return Done("ablate", {"table": folder / "table.md"}, figures)


def _quiet_fit(job: Job, task: Task, loop: LoopConfig, run: Run) -> None:
    Fit(task, loop, run, job.device, ignore, job.cancel)()
