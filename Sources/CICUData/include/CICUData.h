#pragma once

// Nothing to call: the target exists for the symbol that icudata.c defines.
