"""Which label prior an analysis shall use: what was chosen in the menu, for the open project."""

from pathlib import Path

from app.base.settings import PRIOR, Settings
from app.models.project.project import ProjectModel
from m2fnet_core.base.calibration import LabelPrior
from m2fnet_core.base.errors import M2FNetError
from m2fnet_core.bundle.card import STARTER
from m2fnet_core.bundle.info import read_info
from m2fnet_core.document.own_prior import own_prior


def wanted_prior(settings: Settings, project: ProjectModel, model: Path | None) -> LabelPrior:
    """The chosen prior; by the annotator's labels in the project as they are now, where these were chosen."""
    match settings.get(PRIOR):
        case "corpus":
            return LabelPrior("corpus")
        case "uniform":
            return LabelPrior("uniform")
        case "own":
            try:
                labels = read_info(model or STARTER).label_set.labels
            except M2FNetError:  # the analysis tells the same, of the model that it cannot load
                labels = ()
            return own_prior(project.document, project.annotator, labels)
    return LabelPrior()
