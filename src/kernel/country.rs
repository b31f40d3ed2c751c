//! Countries: ISO 3166-1 alpha-3 codes, their sub-region by the UN's M49 standard, and whether they are Member States.
//!
//! The table is the M49 list itself ("Standard country or area codes for statistical use"); non-members are named apart.

/// A country or area of the M49 list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-3.
    pub alpha3: &'static str,
    /// The key of the M49 sub-region, as in `region-<key>` of `locales/`.
    pub region: &'static str,
    /// A Member State of the United Nations.
    pub member_state: bool,
}

const SUBREGIONS: &[(&str, &str)] = &[
    ("northern-africa", "DZA EGY ESH LBY MAR SDN TUN"),
    (
        "sub-saharan-africa",
        "AGO BDI BEN BFA BWA CAF CIV CMR COD COG COM CPV DJI ERI ETH GAB GHA GIN GMB GNB GNQ IOT KEN LBR LSO MDG MLI \
         MOZ MRT MUS MWI MYT NAM NER NGA REU RWA SEN SHN SLE SOM SSD STP SWZ SYC TCD TGO TZA UGA ZAF ZMB ZWE ATF",
    ),
    ("northern-america", "BMU CAN GRL SPM USA"),
    (
        "latin-america-caribbean",
        "ABW AIA ARG ATG BES BHS BLM BLZ BOL BRA BRB BVT CHL COL CRI CUB CUW CYM DMA DOM ECU FLK GLP GRD GTM GUF GUY \
         HND HTI JAM KNA LCA MAF MEX MSR MTQ NIC PAN PER PRI PRY SGS SLV SUR SXM TCA TTO URY VCT VEN VGB VIR",
    ),
    ("central-asia", "KAZ KGZ TJK TKM UZB"),
    ("eastern-asia", "CHN HKG JPN KOR MAC MNG PRK TWN"),
    ("south-eastern-asia", "BRN IDN KHM LAO MMR MYS PHL SGP THA TLS VNM"),
    ("southern-asia", "AFG BGD BTN IND IRN LKA MDV NPL PAK"),
    ("western-asia", "ARE ARM AZE BHR CYP GEO IRQ ISR JOR KWT LBN OMN PSE QAT SAU SYR TUR YEM"),
    ("eastern-europe", "BGR BLR CZE HUN MDA POL ROU RUS SVK UKR"),
    ("northern-europe", "ALA DNK EST FIN FRO GBR GGY IMN IRL ISL JEY LTU LVA NOR SJM SWE"),
    ("southern-europe", "ALB AND BIH ESP GIB GRC HRV ITA MKD MLT MNE PRT SMR SRB SVN VAT"),
    ("western-europe", "AUT BEL CHE DEU FRA LIE LUX MCO NLD"),
    ("australia-new-zealand", "AUS CCK CXR HMD NFK NZL"),
    ("melanesia", "FJI NCL PNG SLB VUT"),
    ("micronesia", "FSM GUM KIR MHL MNP NRU PLW UMI"),
    ("polynesia", "ASM COK NIU PCN PYF TKL TON TUV WLF WSM"),
    ("antarctica", "ATA"),
];

/// Entries of the list that are no Member States: territories, areas, and the two observer states.
const NOT_MEMBERS: &str = "ESH IOT MYT REU SHN ATF BMU GRL SPM ABW AIA BES BLM BVT CUW CYM FLK GLP GUF MAF MSR MTQ PRI SGS SXM TCA \
    VGB VIR HKG MAC TWN PSE ALA FRO GGY IMN JEY SJM GIB VAT CCK CXR HMD NFK NCL GUM MNP UMI ASM COK NIU PCN PYF TKL WLF ATA";

/// Looks a country up by its alpha-3 code, exactly.
pub fn country(alpha3: &str) -> Option<Country> {
    SUBREGIONS.iter().find_map(|(region, codes)| {
        let alpha3 = codes.split_whitespace().find(|code| *code == alpha3)?;
        let member_state = !NOT_MEMBERS.split_whitespace().any(|code| code == alpha3);
        Some(Country { alpha3, region, member_state })
    })
}

/// The keys of every region, for the test that no word of `locales/` is missing.
pub fn region_keys() -> impl Iterator<Item = &'static str> {
    SUBREGIONS.iter().map(|(region, _)| *region)
}

/// The countries and areas of a region; none of a key that is none.
pub fn countries_of(region: &str) -> impl Iterator<Item = &'static str> {
    let codes = SUBREGIONS.iter().find(|(key, _)| *key == region).map_or("", |(_, codes)| codes);
    codes.split_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_193_member_states() {
        let all: Vec<&str> = SUBREGIONS.iter().flat_map(|(_, codes)| codes.split_whitespace()).collect();
        let members = all.iter().filter(|code| country(code).is_some_and(|c| c.member_state)).count();
        assert_eq!(members, 193);
        let mut unique = all.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), all.len(), "a country stands in two regions");
        assert!(NOT_MEMBERS.split_whitespace().all(|code| all.contains(&code)), "an unknown territory");
    }

    #[test]
    fn regions_are_those_of_m49() {
        assert_eq!(country("SWE").map(|c| c.region), Some("northern-europe"));
        assert_eq!(country("MEX").map(|c| c.region), Some("latin-america-caribbean"));
        assert_eq!(country("swe"), None);
    }
}
