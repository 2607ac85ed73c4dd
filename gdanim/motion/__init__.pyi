from .landscape import Landscape as Landscape
from .rolling import Rolling as Rolling
from .timeline import Moment as Moment
from .timeline import Pace as Pace
from .timeline import Timeline as Timeline
