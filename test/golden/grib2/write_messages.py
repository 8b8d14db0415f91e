"""Writes fields by ecCodes in every packing, order and grid that Freshet reads, and beside each what ecCodes itself reads out of it.

NAME.grib2, NAME.values (float64, missing = NaN); of a grid NAME.places too (latitude, longitude and value of each point, float64).
"""
import pathlib
import sys

import eccodes
import numpy as np

FOLDER = pathlib.Path(sys.argv[1])
MISSING = 9999.0
random = np.random.default_rng(1)


def rain(kind, count):
    k = np.arange(count)
    if kind == "waves":
        return np.maximum(0, 20 * np.sin(k / 9) + 5 * np.cos(k / 3))
    if kind == "noise":
        return random.random(count) * 100
    if kind == "dry":
        return np.where(abs(k - count // 2) < 3, 3.0, 0.0)
    if kind == "alike":
        return np.full(count, 2.5)
    return np.round(np.maximum(0, 5 * np.sin(k / 40)))  # steps


def accumulation(columns, rows, **keys):
    message = eccodes.codes_grib_new_from_samples("regular_ll_sfc_grib2")
    settings = {
        "Ni": columns, "Nj": rows,
        "latitudeOfFirstGridPointInDegrees": 50, "longitudeOfFirstGridPointInDegrees": 0,
        "iDirectionIncrementInDegrees": 0.25, "jDirectionIncrementInDegrees": 0.25,
        "latitudeOfLastGridPointInDegrees": 50 - 0.25 * (rows - 1), "longitudeOfLastGridPointInDegrees": 0.25 * (columns - 1),
        "dataDate": 20260923, "dataTime": 0, "productDefinitionTemplateNumber": 8,
        "discipline": 0, "parameterCategory": 1, "parameterNumber": 8, "typeOfStatisticalProcessing": 1, "stepRange": "0-6",
    }
    for key, value in {**settings, **keys}.items():
        eccodes.codes_set(message, key, value)
    return message


def write(name, message, read=None):
    octets = bytes(message) if isinstance(message, (bytes, bytearray)) else eccodes.codes_get_message(message)
    handle = eccodes.codes_new_from_message(octets)
    eccodes.codes_set(handle, "missingValue", MISSING)
    values = eccodes.codes_get_values(handle)
    (FOLDER / f"{name}.grib2").write_bytes(octets)
    np.where(values == MISSING, np.nan, values).astype("<f8").tofile(FOLDER / f"{name}.values")
    if read == "places":
        places = [(point["lat"], point["lon"], point["value"]) for point in eccodes.codes_grib_get_data(handle)]
        np.array(places).astype("<f8").tofile(FOLDER / f"{name}.places")
    return octets


def packed(kind, packing, bits, gaps=False, size=(37, 29), **keys):
    values = rain(kind, size[0] * size[1])
    message = accumulation(*size)
    if gaps:
        values[100:250] = values[::7] = MISSING
        eccodes.codes_set(message, "bitmapPresent", 1)
        eccodes.codes_set(message, "missingValue", MISSING)
    eccodes.codes_set(message, "packingType", packing)
    for key, value in keys.items():
        eccodes.codes_set(message, key, value)
    if bits:
        eccodes.codes_set(message, "bitsPerValue", bits)
    eccodes.codes_set_values(message, values)
    return message


def section(octets, number):
    at = 16
    while octets[at + 4] != number:
        at += int.from_bytes(octets[at:at + 4], "big")
    return at


def packings():
    for kind in ("waves", "noise", "dry", "alike", "steps"):
        for gaps in (False, True):
            end = f"{kind}{'-gaps' if gaps else ''}"
            for bits in (1, 2, 4, 7, 8, 9, 12, 16, 17, 20, 24):
                for packing in ("grid_simple", "grid_complex", "grid_ccsds"):
                    write(f"{packing}-{bits}-{end}", packed(kind, packing, bits, gaps))
                for order in (1, 2):
                    message = packed(kind, "grid_complex_spatial_differencing", bits, gaps, orderOfSpatialDifferencing=order)
                    write(f"differences-{order}-{bits}-{end}", message)
                if bits <= 16:
                    write(f"grid_jpeg-{bits}-{end}", packed(kind, "grid_jpeg", bits, gaps))
                if bits in (1, 2, 4, 8, 16, 24) and kind not in ("alike", "noise"):  # for those ecCodes fails, or has no room
                    write(f"grid_png-{bits}-{end}", packed(kind, "grid_png", bits, gaps))
            for bits in (25, 31, 32):
                for packing in ("grid_simple", "grid_ccsds"):
                    write(f"{packing}-{bits}-{end}", packed(kind, packing, bits, gaps))
            write(f"grid_ieee-{end}", packed(kind, "grid_ieee", None, gaps))
            write(f"grid_ieee-64-{end}", packed(kind, "grid_ieee", None, gaps, precision=2))


def ccsds():
    for flags in (14, 0, 8, 4, 1, 9, 15, 30, 24):  # 1 signed, 8 preprocessed, 16 restricted; 2 and 4 are about memory
        for block in (8, 16, 32, 64):
            for interval in (1, 2, 7, 128, 4096):
                kind = ("waves", "dry", "steps", "noise")[(block // 8 + interval + flags) % 4]
                for bits in (1, 2, 3, 4) if flags & 16 else (8, 12, 16):
                    keys = {"ccsdsFlags": flags, "ccsdsBlockSize": block, "ccsdsRsi": interval}
                    write(f"ccsds-{flags}-{block}-{interval}-{bits}-{kind}", packed(kind, "grid_ccsds", bits, size=(61, 47), **keys))
    write("ccsds-long-dry", packed("dry", "grid_ccsds", 16, size=(300, 200), ccsdsBlockSize=8, ccsdsRsi=4096))


def missing_in_groups():
    """The mark is put into messages that ecCodes wrote without: the largest numbers of each group then say that there is nothing."""
    for kind in ("waves", "noise", "steps"):
        for bits in (4, 8, 12):
            for management in (1, 2):
                octets = bytearray(eccodes.codes_get_message(packed(kind, "grid_complex", bits)))
                octets[section(octets, 5) + 22] = management
                write(f"marked-{management}-{bits}-{kind}", octets)


PROJECTED = {"latitudeOfFirstGridPoint": 45_000_000, "longitudeOfFirstGridPoint": 2_000_000, "Dx": 5_000_000, "Dy": 4_000_000, "LaD": 60_000_000}
GRIDS = {
    "regular_ll": {},
    "rotated_ll": {
        "latitudeOfFirstGridPointInDegrees": 2, "latitudeOfLastGridPointInDegrees": 0.25, "longitudeOfFirstGridPointInDegrees": 355,
        "longitudeOfLastGridPointInDegrees": 357.25, "latitudeOfSouthernPoleInDegrees": -39.25, "longitudeOfSouthernPoleInDegrees": 18,
    },
    "polar_stereographic": {**PROJECTED, "orientationOfTheGrid": 10_000_000},
    "lambert": {**PROJECTED, "LaD": 46_500_000, "LoV": 3_000_000, "Latin1": 44_000_000, "Latin2": 49_000_000},
}


def grids():
    columns, rows = 10, 8
    for kind, keys in GRIDS.items():
        for mode in (mode for mode in range(16) if mode & 3 != 3):
            message = accumulation(columns, rows)
            eccodes.codes_set(message, "gridType", kind)
            is_angles = kind.endswith("_ll")
            eccodes.codes_set(message, "Ni" if is_angles else "Nx", columns)
            eccodes.codes_set(message, "Nj" if is_angles else "Ny", rows)
            for key, value in keys.items():
                eccodes.codes_set(message, key, value)
            if is_angles:
                eccodes.codes_set(message, "iDirectionIncrementInDegrees", 0.25)
                eccodes.codes_set(message, "jDirectionIncrementInDegrees", 0.25)
                for flag, axis in ((8, "longitude"), (4, "latitude")):
                    ends = [f"{axis}Of{end}GridPointInDegrees" for end in ("First", "Last")]
                    first, last = (eccodes.codes_get_double(message, end) for end in ends)
                    if mode & flag:
                        eccodes.codes_set(message, ends[0], last)
                        eccodes.codes_set(message, ends[1], first)
            eccodes.codes_set(message, "scanningMode", mode << 4)
            eccodes.codes_set(message, "packingType", "grid_simple")
            eccodes.codes_set(message, "bitsPerValue", 8)
            eccodes.codes_set_values(message, np.arange(columns * rows, dtype=float))
            write(f"place-{kind}-{mode << 4}", message, "places")


packings()
ccsds()
missing_in_groups()
grids()
