//! The packets of a `pcap` or `pcapng` file.

use std::io::{self, Read};
use std::time::Duration;

use pcap_parser::traits::{PcapNGPacketBlock, PcapReaderIterator};
use pcap_parser::{Block, LegacyPcapReader, OptionCode, PcapBlockOwned, PcapError, PcapNGReader};

use crate::record::{Form, RecordError};

/// Room for some packets. It grows where a block takes more.
const ROOM: usize = 64 << 10;

/// No packet and no block of a sound file is larger.
const MOST_ROOM: usize = 16 << 20;

/// More interfaces than any machine has.
const MOST_INTERFACES: usize = 65_536;

/// A packet as it was captured.
pub(super) struct Packet<'a> {
    /// Since 1970, as the capturing machine had it.
    pub(super) at: Duration,
    /// The number of the kind of its outermost header (`LINKTYPE_…`).
    pub(super) link_type: i32,
    /// What was kept of it.
    pub(super) octets: &'a [u8],
}

/// How reading the packets ended.
pub(super) enum End {
    /// The file was read to its end.
    Whole,
    /// It was read up to this packet's number, and not behind it, for this reason.
    Damaged(u64, String),
}

/// Calls `each` with every packet and its number, from 1 as other programs number them.
pub(super) fn packets(form: Form, input: impl Read, mut each: impl FnMut(u64, Packet<'_>)) -> Result<End, RecordError> {
    let input = Filling(input);
    let mut interfaces = Interfaces::default();
    let mut number = 0;
    let mut reader: Box<dyn PcapReaderIterator> = match form {
        Form::PcapNg => Box::new(PcapNGReader::new(ROOM, input).map_err(|error| unreadable(form, &error))?),
        _ => Box::new(LegacyPcapReader::new(ROOM, input).map_err(|error| unreadable(form, &error))?),
    };
    let mut room = ROOM;
    loop {
        let growing = match reader.next() {
            Ok((taken, block)) => {
                match interfaces.packet(&block) {
                    Ok(Some(packet)) => {
                        number += 1;
                        each(number, packet);
                    }
                    Ok(None) => {}
                    Err(problem) => return Ok(End::Damaged(number, problem)),
                }
                reader.consume(taken);
                continue;
            }
            Err(PcapError::Eof) => return Ok(End::Whole),
            Err(PcapError::Incomplete(_)) => None,
            Err(PcapError::BufferTooSmall) if room < MOST_ROOM => {
                room *= 4;
                Some(room)
            }
            Err(PcapError::BufferTooSmall) => {
                return Ok(End::Damaged(number, "what comes next says that it is larger than any packet".to_owned()));
            }
            Err(PcapError::UnexpectedEof) => {
                return Ok(End::Damaged(
                    number,
                    "the file is cut off within the next packet, or damaged there".to_owned(),
                ));
            }
            Err(PcapError::ReadError) => return Ok(End::Damaged(number, "reading the file failed".to_owned())),
            Err(_) => return Ok(End::Damaged(number, "what comes next is no packet: the file is damaged".to_owned())),
        };
        if let Some(room) = growing {
            reader.grow(room);
        }
        if reader.refill().is_err() {
            return Ok(End::Damaged(number, "reading the file failed".to_owned()));
        }
    }
}

fn unreadable(form: Form, error: &PcapError<&[u8]>) -> RecordError {
    RecordError::Unknown(match error {
        PcapError::Incomplete(_) | PcapError::UnexpectedEof => format!("{form} that is cut off within its header"),
        PcapError::ReadError => "it can't be read".to_owned(),
        _ => format!("it begins like {form}, and its header is damaged"),
    })
}

/// Reads as much as there is room for, be the input a pipe: a short read would look like the end of a header.
struct Filling<R>(R);

impl<R: Read> Read for Filling<R> {
    fn read(&mut self, mut space: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        while !space.is_empty() {
            match self.0.read(space) {
                Ok(0) => break,
                Ok(more) => {
                    count += more;
                    space = &mut space[more..];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) if count > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(count)
    }
}

/// What the packets' blocks refer to.
#[derive(Default)]
struct Interfaces {
    list: Vec<Interface>,
    /// The file has a single kind of packets and fractions of this many nanoseconds.
    fraction: u32,
    is_big_endian: bool,
}

#[derive(Clone, Copy)]
struct Interface {
    link_type: i32,
    /// How many units of its clock make a second.
    units: u128,
    /// Seconds that are added to its clock.
    offset: i64,
}

impl Interfaces {
    fn packet<'a>(&mut self, block: &'a PcapBlockOwned<'_>) -> Result<Option<Packet<'a>>, String> {
        match block {
            PcapBlockOwned::LegacyHeader(header) => {
                self.fraction = if header.is_nanosecond_precision() { 1 } else { 1000 };
                // The upper half says whether frames end with a checksum.
                self.list = vec![Interface { link_type: header.network.0 & 0xffff, units: 1, offset: 0 }];
            }
            PcapBlockOwned::Legacy(packet) => {
                let link_type = self.list.first().map_or(0, |interface| interface.link_type);
                let fraction = u64::from(packet.ts_usec) * u64::from(self.fraction);
                let at = Duration::from_secs(u64::from(packet.ts_sec)) + Duration::from_nanos(fraction);
                return Ok(Some(Packet { at, link_type, octets: packet.data }));
            }
            PcapBlockOwned::NG(Block::SectionHeader(section)) => {
                self.list.clear();
                self.is_big_endian = section.big_endian();
            }
            PcapBlockOwned::NG(Block::InterfaceDescription(found)) => {
                if self.list.len() >= MOST_INTERFACES {
                    return Err("the file describes more interfaces than any machine has".to_owned());
                }
                let offset = found.options.iter().find(|option| option.code == OptionCode::IfTsoffset);
                let offset = offset.and_then(|option| option.value.first_chunk::<8>()).copied().unwrap_or_default();
                let offset = if self.is_big_endian { i64::from_be_bytes(offset) } else { i64::from_le_bytes(offset) };
                let exponent = u32::from(found.if_tsresol & 0x7f);
                let base: u128 = if found.if_tsresol & 0x80 == 0 { 10 } else { 2 };
                let units = base.checked_pow(exponent).ok_or("an interface's clock has no resolution that is read")?;
                self.list.push(Interface { link_type: found.linktype.0 & 0xffff, units, offset });
            }
            PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                let interface = usize::try_from(packet.if_id).ok().and_then(|at| self.list.get(at));
                let interface = interface.ok_or("a packet names an interface that the file doesn't describe")?;
                let clock = (u64::from(packet.ts_high) << 32) | u64::from(packet.ts_low);
                let at = interface.time(clock);
                return Ok(Some(Packet { at, link_type: interface.link_type, octets: packet.packet_data() }));
            }
            PcapBlockOwned::NG(Block::SimplePacket(packet)) => {
                let interface = self.list.first().ok_or("a packet comes before any interface is described")?;
                // It has no time of its own.
                let link_type = interface.link_type;
                return Ok(Some(Packet { at: Duration::ZERO, link_type, octets: packet.packet_data() }));
            }
            PcapBlockOwned::NG(_) => {}
        }
        Ok(None)
    }
}

impl Interface {
    fn time(&self, clock: u64) -> Duration {
        let clock = u128::from(clock);
        let seconds = i128::try_from(clock / self.units).unwrap_or_default() + i128::from(self.offset);
        // The remainder is below the units, of which 10^9 and more fit.
        let nanos = (clock % self.units).saturating_mul(1_000_000_000) / self.units;
        Duration::from_secs(u64::try_from(seconds.max(0)).unwrap_or(u64::MAX >> 1))
            + Duration::from_nanos(u64::try_from(nanos).unwrap_or_default())
    }
}
