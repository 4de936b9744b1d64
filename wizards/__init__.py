from . import collection_remind
from . import collection_call
from . import collection_preview
