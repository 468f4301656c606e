//! Labels in a column that want to stand at given heights and must not overlap.

/// A label: where its middle wants to be, and how high it is.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// The middle it wants.
    pub middle: f64,
    /// Its height.
    pub height: f64,
}

/// Labels that touch one another, from the top down.
struct Cluster {
    top: f64,
    height: f64,
    members: Vec<usize>,
}

/// The middles at which labels come closest to what they want without overlapping,
/// between `top` and `bottom` if they fit there at all, else from `top` down. Labels
/// keep the order of their wishes; equal wishes keep the order in which they are given.
///
/// Labels that collide form a cluster, whose place is the mean of what its members
/// want; clusters that collide merge. That is the least-squares solution, found in
/// one pass.
pub fn spread(wishes: &[Wish], (top, bottom): (f64, f64)) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by(|a, b| wishes[*a].middle.total_cmp(&wishes[*b].middle));
    let mut clusters: Vec<Cluster> = Vec::new();
    for index in order {
        let mut cluster = placed(wishes, vec![index], (top, bottom));
        while let Some(above) = clusters.pop_if(|above| above.top + above.height > cluster.top) {
            let members = [above.members, cluster.members].concat();
            cluster = placed(wishes, members, (top, bottom));
        }
        clusters.push(cluster);
    }
    let mut middles = vec![0.0; wishes.len()];
    for cluster in clusters {
        let mut y = cluster.top;
        for index in cluster.members {
            middles[index] = y + wishes[index].height / 2.0;
            y += wishes[index].height;
        }
    }
    middles
}

/// The members as one cluster at the mean of the places they want for it.
fn placed(wishes: &[Wish], members: Vec<usize>, (top, bottom): (f64, f64)) -> Cluster {
    let (mut height, mut wanted) = (0.0, 0.0);
    for index in &members {
        let wish = wishes[*index];
        wanted += wish.middle - wish.height / 2.0 - height;
        height += wish.height;
    }
    let mean = wanted / members.len() as f64;
    Cluster {
        top: mean.min(bottom - height).max(top),
        height,
        members,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn middles(wishes: &[f64], bottom: f64) -> Vec<f64> {
        let wish = |middle: &f64| Wish {
            middle: *middle,
            height: 10.0,
        };
        let wishes: Vec<Wish> = wishes.iter().map(wish).collect();
        spread(&wishes, (0.0, bottom))
    }

    #[test]
    fn labels_with_room_stay_where_they_want_to_be() {
        assert_eq!(middles(&[50.0, 20.0], 100.0), [50.0, 20.0]);
        assert_eq!(middles(&[], 100.0), [0.0; 0]);
    }

    #[test]
    fn labels_that_collide_share_the_shift() {
        // Two labels at 50 move by half a label each; a third at 58 then collides and
        // the three centre on the mean of 50, 50 and 58, which is 52.67.
        assert_eq!(middles(&[50.0, 50.0], 100.0), [45.0, 55.0]);
        let three = middles(&[50.0, 50.0, 58.0], 100.0);
        assert!((three[1] - 158.0 / 3.0).abs() < 1e-9);
        assert!((three[2] - three[1] - 10.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_leaves_the_column_while_there_is_room() {
        assert_eq!(middles(&[99.0, 99.0, 85.0], 100.0), [85.0, 95.0, 75.0]);
        assert_eq!(middles(&[-5.0, 1.0], 100.0), [5.0, 15.0]);
        assert_eq!(middles(&[5.0, 5.0], 15.0), [5.0, 15.0]);
    }
}
