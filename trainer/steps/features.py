"""The step ``features``: vectors of every utterance, kept for the dialogue network (torch)."""

from m2fnet_core.base.dialogue import Presence
from trainer.datasets.cache_features import default_workers, extract_all, refuse_too_many
from trainer.datasets.packs import write_pack
from trainer.events import Done
from trainer.judge.leakage import refuse_leaks
from trainer.steps.job import Job, tell_unreadable, told_dialogues
from trainer.steps.pair_vectors import pair_vectors
from trainer.steps.run_bundle import run_bundle


def features(job: Job) -> Done:
    """Vectors of every utterance; leaves a feature pack in ``features`` and the list of unreadable media beside it."""
    config, folder = job.run.config, job.run.step_folder("features")
    splits = told_dialogues(job, "features")
    refuse_leaks(config, splits["test"])
    with_media = any(d.media or u.media for some in splits.values() for d in some for u in d.utterances)
    bundle = run_bundle(job.run, job.device, with_media or config.pairing.enabled)
    workers = config.features.workers or default_workers(job.device)
    vectors, problems = extract_all(bundle, splits, folder / "store", workers, job.hook, job.cancel)
    refuse_too_many(problems, len(vectors), config.features.most_unreadable)
    tell_unreadable(job, "features", list(problems))
    if config.pairing.enabled:
        splits, vectors = pair_vectors(job.run, bundle, splits, vectors, job.hook, job.cancel)
    write_pack(folder, splits, vectors)
    present = [v.present for v in vectors.values()]
    shares = {f"share/{n}": sum(getattr(p, n) for p in present) / len(present) for n in Presence.__slots__}
    return Done("features", {"pack": folder}, {"utterances": float(len(vectors)), **shares})
