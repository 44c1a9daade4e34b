/* main.c - hydrant: options in, exit status out. */
#include "app/app.h"
#include "cli/options.h"

int main(int argc, char **argv)
{
    struct hy_options options;
    switch (hy_options_parse(argc, argv, &options)) {
    case HY_OPTIONS_EXIT:
        return 0;
    case HY_OPTIONS_WRONG:
        return 2;
    case HY_OPTIONS_RUN:
        break;
    }
    int status = hy_app_run(&options);
    hy_options_finish(&options);
    return status;
}
