#include "base/random.h"

#include <unistd.h>

static uint64_t rotate(uint64_t x, unsigned by)
{
    return (x << by) | (x >> (64 - by));
}

/* splitmix64: spreads one number over the state, so that seeds 1 and 2 have nothing in common. */
static uint64_t spread(uint64_t *x)
{
    uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

struct hy_random hy_random_from_seed(uint64_t seed)
{
    struct hy_random random;
    for (size_t i = 0; i < 4; i++) {
        random.state[i] = spread(&seed);
    }
    return random;
}

struct hy_random hy_random_from_system(void)
{
    uint64_t seed = 0;
    if (getentropy(&seed, sizeof seed) != 0) {
        /* A kernel without it: two processes at least must not draw the same ids. */
        seed = (uint64_t)getpid() << 32 ^ (uint64_t)(uintptr_t)&seed;
    }
    return hy_random_from_seed(seed);
}

struct hy_random hy_random_fork(const struct hy_random *parent, hy_sv label)
{
    uint64_t seed = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (size_t i = 0; i < label.len; i++) {
        seed = (seed ^ (unsigned char)label.ptr[i]) * UINT64_C(0x100000001b3);
    }
    struct hy_random child;
    for (size_t i = 0; i < 4; i++) {
        seed ^= parent->state[i];
        child.state[i] = spread(&seed);
    }
    return child;
}

uint64_t hy_random_u64(struct hy_random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

double hy_random_unit(struct hy_random *random)
{
    return (double)(hy_random_u64(random) >> 11) * 0x1p-53;
}

void hy_random_uuid(struct hy_random *random, char out[HY_UUID_BYTES])
{
    static const char hex[] = "0123456789abcdef";
    static const char form[] = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    uint64_t bits = 0;
    unsigned left = 0;
    for (size_t i = 0; i < sizeof form; i++) { /* the NUL included */
        if (form[i] != 'x' && form[i] != 'y') {
            out[i] = form[i];
            continue;
        }
        if (left == 0) {
            bits = hy_random_u64(random);
            left = 16;
        }
        unsigned nibble = (unsigned)(bits & 15);
        out[i] = hex[form[i] == 'y' ? (nibble & 3) | 8 : nibble];
        bits >>= 4;
        left--;
    }
}

void hy_random_chars(struct hy_random *random, hy_sv alphabet, char *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        /* Multiply and shift: even to one part in 2^32 / alphabet.len, without a division. */
        uint64_t at = (hy_random_u64(random) >> 32) * (uint64_t)alphabet.len >> 32;
        out[i] = alphabet.ptr[at];
    }
}
