-- What the newest follow-up that is left says comes next.

-- name: follow_up_newest_of_customer
SELECT next_at FROM follow_up WHERE customer_id = $1 AND deleted_at IS NULL
ORDER BY at DESC, id DESC LIMIT 1

-- name: follow_up_newest_of_lead across
SELECT next_at FROM follow_up WHERE lead_id = $1 AND deleted_at IS NULL
ORDER BY at DESC, id DESC LIMIT 1
