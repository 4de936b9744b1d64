from . import collection_demo
from . import collection_demo_days
from . import collection_demo_charges
from . import collection_demo_follow
