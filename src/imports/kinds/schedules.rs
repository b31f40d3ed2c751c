//! What pledges and instalments are checked for together: whichever of the two is loaded, the sums must agree.

/// Rows of a staging table whose pledge is, from some day on, not what its instalments add up to.
macro_rules! unequal_schedules {
    ($stage:literal, $key:literal, $value:literal, $arg:literal) => {
        concat!(
            "select distinct on (s.file, s.line) s.file, s.line, 'amount' as col, u.",
            $value,
            "::text as value, '",
            $key,
            "' as key, u.",
            $arg,
            "::text as arg from ",
            $stage,
            " s join (",
            crate::balances::unequal_schedules!(concat!(
                "select distinct pledge_id from ",
                $stage,
                " where pledge_id is not null"
            )),
            ") u on u.pledge_id = s.pledge_id order by s.file, s.line, u.day"
        )
    };
}
pub(super) use unequal_schedules;
