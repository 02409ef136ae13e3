/* The floor of reading YAML: every byte of the files read, and libyaml's events gone through, in one
   thread. Usage: floor < LIST, one path a line. Prints the number of events. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

static long events_in(const unsigned char *bytes, size_t size) {
  yaml_parser_t parser;
  yaml_event_t event;
  long count = 0;
  int is_done = 0;
  if (!yaml_parser_initialize(&parser)) abort();
  yaml_parser_set_input_string(&parser, bytes, size);
  while (!is_done) {
    if (!yaml_parser_parse(&parser, &event)) abort();
    is_done = event.type == YAML_STREAM_END_EVENT;
    yaml_event_delete(&event);
    count++;
  }
  yaml_parser_delete(&parser);
  return count;
}

int main(void) {
  char path[4096];
  long count = 0;
  while (fgets(path, sizeof path, stdin)) {
    path[strcspn(path, "\n")] = 0;
    FILE *file = fopen(path, "rb");
    if (!file) abort();
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    unsigned char *bytes = malloc((size_t)size + 1);
    if (!bytes || fread(bytes, 1, (size_t)size, file) != (size_t)size) abort();
    fclose(file);
    count += events_in(bytes, (size_t)size);
    free(bytes);
  }
  printf("%ld events\n", count);
  return 0;
}
