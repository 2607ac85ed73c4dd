from .spec import Act as Act
from .spec import Formats as Formats
from .spec import Keys as Keys
from .spec import Source as Source
from .spec import Spec as Spec
from .spec import located as located
from .spec import read as read
from .spec import spec_hash as spec_hash
