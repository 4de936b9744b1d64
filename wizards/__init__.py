from . import collection_remind
from . import collection_call
from . import collection_preview
from . import collection_charge_items
from . import collection_charge_waive
from . import collection_allocate
from . import collection_allocate_apply
from . import collection_allocate_line
