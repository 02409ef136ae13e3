// An empty package of ICU data, in place of the 34 MB of locales and time zones that Foundation brings
// along: half of the program. We format no text for a locale, so nothing needs it, and ICU reports
// missing data as an error where something would.
//
// The name is that of the ICU in Swift 6.3's Foundation. With another ICU the linker finds that one's own
// data, and the program is larger and works alike.
//
// The layout is that of udata.h (UDataInfo) and of ICU's "common data" format, with no entries.

#include <stdint.h>

struct ICUDataPackage {
  uint16_t headerSize;
  uint8_t magic1, magic2;
  // UDataInfo
  uint16_t infoSize, reservedWord;
  uint8_t isBigEndian, charsetFamily, sizeofUChar, reservedByte;
  uint8_t dataFormat[4], formatVersion[4], dataVersion[4];
  uint8_t padding[8];
  // The table of contents
  uint32_t count, reserved;
};

__attribute__((aligned(16))) const struct ICUDataPackage icudt76_dat = {
  .headerSize = 32,
  .magic1 = 0xDA,
  .magic2 = 0x27,
  .infoSize = 20,
  .isBigEndian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
  .sizeofUChar = 2,
  .dataFormat = {'T', 'o', 'C', 'P'},
  .formatVersion = {1},
};
