#include "ranks.h"
#include "processor.h"

// Into a function of each level, whose instructions the loops then use.
#define ALWAYS_INLINE inline __attribute__((always_inline))

// The value of a rank is found without sorting: a small sample tells two values that probably
// enclose it, one pass sums the weights below the two and keeps the values between, and so on until
// few are left. Where the sample was wrong, another pass keeps the values on the right side.

// From this many values down, each is compared with each.
enum { FEW_VALUES = 24, SAMPLE = 16, SAMPLE_MARGIN = 2 };

struct weighted {
    const double *values;
    const uint32_t *weights;
    size_t count;
};

struct scratch {
    double *values;
    uint32_t *weights;
};

struct split {
    uint64_t below;   // the weight of the values below the range
    uint64_t within;  // and of those in it
    size_t kept;
};

struct sample {
    double values[SAMPLE];  // ascending
    uint64_t weights[SAMPLE];
};

// What is written for each level of instructions.
struct functions {
    struct split (*keep)(struct weighted from, double low, double high, struct scratch to);
    void (*rank_sample)(const double *values, uint8_t *places);
    double (*select_few)(struct weighted from, uint64_t rank);
};

static ALWAYS_INLINE struct split keep_portable(struct weighted from, double low, double high,
                                         struct scratch to) {
    struct split split = {0, 0, 0};
    for (size_t i = 0; i < from.count; i++) {
        double value = from.values[i];
        uint64_t weight = from.weights ? from.weights[i] : 1;
        int is_within = (value >= low) & (value <= high);
        split.below += value < low ? weight : 0;
        split.within += is_within ? weight : 0;
        // Always stored, kept only on a hit: no branch that depends on the data.
        to.values[split.kept] = value;
        if (from.weights) {
            to.weights[split.kept] = (uint32_t)weight;
        }
        split.kept += (size_t)is_within;
    }
    return split;
}

// The place of each of the sample's values in their order.
static inline void rank_sample_portable(const double *values, uint8_t *places) {
    for (size_t i = 0; i < SAMPLE; i++) {
        uint8_t before = 0;
        for (size_t j = 0; j < SAMPLE; j++) {
            int is_before = (values[j] < values[i]) | ((values[j] == values[i]) & (j < i));
            before = (uint8_t)(before + is_before);
        }
        places[i] = before;
    }
}

#if HAVE_AVX
TARGET_AVX512
static inline void rank_sample_avx512(const double *values, uint8_t *places) {
    __m512d first = _mm512_loadu_pd(values), second = _mm512_loadu_pd(values + 8);
    for (unsigned i = 0; i < SAMPLE; i++) {
        __m512d value = _mm512_set1_pd(values[i]);
        unsigned less = _mm512_cmp_pd_mask(first, value, _CMP_LT_OQ) |
                        (unsigned)_mm512_cmp_pd_mask(second, value, _CMP_LT_OQ) << 8;
        unsigned equal = _mm512_cmp_pd_mask(first, value, _CMP_EQ_OQ) |
                         (unsigned)_mm512_cmp_pd_mask(second, value, _CMP_EQ_OQ) << 8;
        unsigned before = less | (equal & ((1u << i) - 1));
        places[i] = (uint8_t)__builtin_popcount(before);
    }
}

struct wide_split {
    __m512i below;
    __m512i within;
    size_t kept;
};

// Eight values, or those of the lanes.
TARGET_AVX512
static ALWAYS_INLINE void keep_eight(struct weighted from, size_t i, __mmask8 lanes,
                                     __m512d low, __m512d high, struct scratch to,
                                     struct wide_split *split) {
    __m512d values = _mm512_maskz_loadu_pd(lanes, from.values + i);
    __mmask8 is_below = _mm512_mask_cmp_pd_mask(lanes, values, low, _CMP_LT_OQ);
    __mmask8 is_within = _mm512_mask_cmp_pd_mask(lanes, values, high, _CMP_LE_OQ);
    is_within = (__mmask8)(is_within & ~is_below);
    __m512i weights = _mm512_set1_epi64(1);
    if (from.weights) {
        __m256i narrow = _mm256_maskz_loadu_epi32(lanes, from.weights + i);
        weights = _mm512_cvtepu32_epi64(narrow);
        _mm256_storeu_si256((__m256i *)(void *)(to.weights + split->kept),
                            _mm256_maskz_compress_epi32(is_within, narrow));
    }
    split->below = _mm512_mask_add_epi64(split->below, is_below, split->below, weights);
    split->within = _mm512_mask_add_epi64(split->within, is_within, split->within, weights);
    // Compressed in a register and stored whole: storing under a mask is slow on Zen 4.
    _mm512_storeu_pd(to.values + split->kept, _mm512_maskz_compress_pd(is_within, values));
    split->kept += (size_t)__builtin_popcount(is_within);
}

TARGET_AVX512
static inline struct split keep_avx512(struct weighted from, double low, double high,
                                       struct scratch to) {
    __m512d lows = _mm512_set1_pd(low), highs = _mm512_set1_pd(high);
    struct wide_split split = {_mm512_setzero_si512(), _mm512_setzero_si512(), 0};
    size_t i = 0;
    for (; i + 8 <= from.count; i += 8) {
        keep_eight(from, i, 0xFF, lows, highs, to, &split);
    }
    if (i < from.count) {
        __mmask8 lanes = (__mmask8)((1u << (from.count - i)) - 1);
        keep_eight(from, i, lanes, lows, highs, to, &split);
    }
    return (struct split){(uint64_t)_mm512_reduce_add_epi64(split.below),
                          (uint64_t)_mm512_reduce_add_epi64(split.within), split.kept};
}
#endif

// The next double below a finite or positive infinite one.
static inline double next_below(double value) {
    if (value == 0) {
        return -0x1p-1074;
    }
    uint64_t bits;
    memcpy(&bits, &value, 8);
    bits = value > 0 ? bits - 1 : bits + 1;
    memcpy(&value, &bits, 8);
    return value;
}

static inline double next_above(double value) { return -next_below(-value); }

static ALWAYS_INLINE void take_sample(struct weighted from, const struct functions *with,
                                      struct sample *sample) {
    double values[SAMPLE];
    uint32_t weights[SAMPLE];
    uint8_t places[SAMPLE];
    // There are more values than the sample takes.
    size_t distance = from.count / SAMPLE;
    for (size_t i = 0; i < SAMPLE; i++) {
        values[i] = from.values[i * distance];
        weights[i] = from.weights ? from.weights[i * distance] : 1;
    }
    with->rank_sample(values, places);
    for (size_t i = 0; i < SAMPLE; i++) {
        sample->values[places[i]] = values[i];
        sample->weights[places[i]] = weights[i];
    }
}

// The sample's value nearest to a fraction of its weight.
static ALWAYS_INLINE int sample_place(const uint64_t *weights, double fraction) {
    uint64_t sum = 0, below = 0;
    for (int i = 0; i < SAMPLE; i++) {
        sum += weights[i];
    }
    double wanted = fraction * (double)sum;
    for (int i = 0; i < SAMPLE - 1; i++) {
        below += weights[i];
        if ((double)below >= wanted) {
            return i;
        }
    }
    return SAMPLE - 1;
}

// Each of few values is compared with each; the greatest if the weights wrapped.
static ALWAYS_INLINE double select_few_portable(struct weighted from, uint64_t rank) {
    double found = __builtin_inf(), greatest = from.values[0];
    for (size_t i = 0; i < from.count; i++) {
        double value = from.values[i];
        uint64_t weight = 0;
        for (size_t j = 0; j < from.count; j++) {
            uint64_t other = from.weights ? from.weights[j] : 1;
            weight += from.values[j] <= value ? other : 0;
        }
        greatest = value > greatest ? value : greatest;
        int is_found = (weight >= rank) & (value < found);
        found = is_found ? value : found;
    }
    return found < greatest ? found : greatest;
}

#if HAVE_AVX
// All values side by side: each in turn adds its weight to those that are not less.
TARGET_AVX512
static double select_few_avx512(struct weighted from, uint64_t rank) {
    enum { PARTS = FEW_VALUES / 8 };
    __m512d infinity = _mm512_set1_pd(__builtin_inf());
    __m512d values[PARTS];
    __m512i sums[PARTS];
    __mmask8 lanes[PARTS];
    for (int part = 0; part < PARTS; part++) {
        size_t start = (size_t)part * 8;
        size_t rest = from.count > start ? from.count - start : 0;
        lanes[part] = rest < 8 ? (__mmask8)((1u << rest) - 1) : 0xFF;
        values[part] = _mm512_mask_loadu_pd(infinity, lanes[part], from.values + start);
        sums[part] = _mm512_setzero_si512();
    }
    for (size_t j = 0; j < from.count; j++) {
        __m512d value = _mm512_set1_pd(from.values[j]);
        __m512i weight = _mm512_set1_epi64(from.weights ? (long long)from.weights[j] : 1);
        for (int part = 0; part < PARTS; part++) {
            __mmask8 reached = _mm512_cmp_pd_mask(value, values[part], _CMP_LE_OQ);
            sums[part] = _mm512_mask_add_epi64(sums[part], reached, sums[part], weight);
        }
    }
    __m512i ranks = _mm512_set1_epi64((long long)rank);
    __m512d found = infinity, greatest = _mm512_set1_pd(from.values[0]);
    for (int part = 0; part < PARTS; part++) {
        __mmask8 reached = _mm512_mask_cmpge_epu64_mask(lanes[part], sums[part], ranks);
        found = _mm512_mask_min_pd(found, reached, found, values[part]);
        greatest = _mm512_mask_max_pd(greatest, lanes[part], greatest, values[part]);
    }
    double least_found = _mm512_reduce_min_pd(found);
    double most = _mm512_reduce_max_pd(greatest);
    return least_found < most ? least_found : most;
}
#endif

static ALWAYS_INLINE double select_rank(struct weighted from, uint64_t rank, uint64_t total,
                                 struct scratch first, struct scratch second,
                                 const struct functions *with) {
    while (from.count > FEW_VALUES) {
        struct sample sample;
        take_sample(from, with, &sample);
        const double *sorted = sample.values;
        int place = sample_place(sample.weights, (double)rank / (double)total);
        double least = -__builtin_inf(), most = __builtin_inf();
        double low = place < SAMPLE_MARGIN ? least : sorted[place - SAMPLE_MARGIN];
        double high = place + SAMPLE_MARGIN < SAMPLE ? sorted[place + SAMPLE_MARGIN] : most;
        struct split split = with->keep(from, low, high, first);
        if (split.kept == from.count) {
            // Many equal values: a single one as the range is sure to leave fewer.
            low = high = sorted[place];
            split = with->keep(from, low, high, first);
        }
        if (rank <= split.below) {
            total = split.below;
            split = with->keep(from, least, next_below(low), first);
        } else if (rank - split.below <= split.within || high == most) {
            if (low == high) {
                return low;
            }
            rank -= split.below;
            total = split.within;
        } else {
            uint64_t lower = split.below + split.within;
            rank -= lower;
            total -= lower;
            split = with->keep(from, next_above(high), most, first);
            if (split.kept == 0) {
                return high;
            }
        }
        from = (struct weighted){first.values, from.weights ? first.weights : NULL, split.kept};
        struct scratch free_one = second;
        second = first;
        first = free_one;
    }
    return with->select_few(from, rank);
}

#if HAVE_AVX
TARGET_AVX512
static double select_rank_avx512(struct weighted from, uint64_t rank, uint64_t total,
                                 struct scratch first, struct scratch second) {
    const struct functions with = {keep_avx512, rank_sample_avx512, select_few_avx512};
    return select_rank(from, rank, total, first, second, &with);
}
#endif

double skep_select_rank(const double *values, const uint32_t *weights, size_t count,
                        uint64_t rank, uint64_t total, double *scratch,
                        uint32_t *scratch_weights) {
    struct weighted from = {values, weights, count};
    size_t half = count + SKEP_RANK_SLACK / 2;
    struct scratch first = {scratch, scratch_weights};
    struct scratch second = {scratch + half, weights ? scratch_weights + half : NULL};
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX512) {
        return select_rank_avx512(from, rank, total, first, second);
    }
#endif
    const struct functions with = {keep_portable, rank_sample_portable,
                                   select_few_portable};
    return select_rank(from, rank, total, first, second, &with);
}

static inline uint64_t sum_weights(const uint32_t *weights, size_t count) {
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += weights[i];
    }
    return sum;
}

#if HAVE_AVX
TARGET_AVX512
static uint64_t sum_weights_avx512(const uint32_t *weights, size_t count) {
    return sum_weights(weights, count);
}
#endif

uint64_t skep_sum_weights(const uint32_t *weights, size_t count) {
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX512) {
        return sum_weights_avx512(weights, count);
    }
#endif
    return sum_weights(weights, count);
}
