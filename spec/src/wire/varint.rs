//! Varints: unsigned LEB128, seven bits an octet, the lowest first, the top bit set on all octets but the last.

/// The most octets that a receiver has to accept for one number; 2^64-1 needs them all.
pub(super) const MAX_OCTETS: usize = 10;

const MORE: u8 = 0x80;
const BITS: u8 = 0x7f;

/// A varint that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Varint {
    /// The number; 2^64-1 if it is larger.
    pub(super) value: u64,
    /// The octets it took.
    pub(super) octets: usize,
    /// Whether the number is above 2^64-1.
    pub(super) too_large: bool,
}

impl Varint {
    /// Whether fewer octets would have said the same. Of a number that is too large it isn't told.
    pub(super) fn is_padded(&self) -> bool {
        !self.too_large && self.octets > encoded_len(self.value)
    }
}

/// The varint at the start of `octets`, however long it is; `None` if they end before it does.
///
/// It reads on after the tenth octet so that the caller can tell a number that nobody can hold from a content that
/// ends within it.
pub(super) fn read(octets: &[u8]) -> Option<Varint> {
    let mut value = 0_u64;
    let mut too_large = false;
    for (index, &octet) in octets.iter().enumerate() {
        let bits = u64::from(octet & BITS);
        let shift = 7 * index;
        if shift < 64 && (bits << shift) >> shift == bits {
            value |= bits << shift;
        } else {
            too_large |= bits != 0;
        }
        if octet & MORE == 0 {
            let value = if too_large { u64::MAX } else { value };
            return Some(Varint { value, octets: index + 1, too_large });
        }
    }
    None
}

/// The octets of the number's shortest form, 1 to 10.
pub(super) const fn encoded_len(value: u64) -> usize {
    // The number 0 takes one octet too, as if it had one bit.
    let bits = u64::BITS - (value | 1).leading_zeros();
    bits.div_ceil(7) as usize
}

/// Appends the number's shortest form.
pub(super) fn write(value: u64, out: &mut Vec<u8>) {
    write_padded(value, 1, out);
}

/// Appends the number in a form of at least `octets` octets, padded with empty groups.
pub(super) fn write_padded(mut value: u64, octets: usize, out: &mut Vec<u8>) {
    let mut written = 1;
    while value > u64::from(BITS) || written < octets {
        out.push((value & u64::from(BITS)) as u8 | MORE);
        value >>= 7;
        written += 1;
    }
    out.push(value as u8);
}
