<?php
// This file is part of ltiservice_nozimite, a plugin for Moodle - https://moodle.org/
//
// ltiservice_nozimite is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// ltiservice_nozimite is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with ltiservice_nozimite.  If not, see <https://www.gnu.org/licenses/>.

/**
 * What all addresses of the service share: who calls, for which course, and how refusals are answered.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace ltiservice_nozimite\local\resources;

use ltiservice_nozimite\local\refusal;
use mod_lti\local\ltiservice\response;

/**
 * Answers a request of a tool, which is known by its token alone and never by what the request says.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
abstract class resource extends \mod_lti\local\ltiservice\resource_base {
    /** @var string The scope that the token must have. */
    protected const SCOPE = '';

    /**
     * Answers the request of a tool that may make it.
     *
     * @param response $response request and answer
     * @throws refusal
     */
    abstract protected function answer(response $response): void;

    /**
     * Answers a request.
     *
     * @param response $response request and answer
     */
    public function execute($response): void {
        try {
            $this->require_token($response);
            $this->answer($response);
        } catch (refusal $refusal) {
            $response->set_code($refusal->getCode());
        }
    }

    /**
     * Refuses a call without a valid token of the scope, and one of a tool that may no longer use the service.
     *
     * @param response $response request and answer
     * @throws refusal
     */
    private function require_token(response $response): void {
        try {
            $allowed = $this->check_tool(null, $response->get_request_data(), [static::SCOPE]);
        } catch (\Exception) {
            // Moodle throws for a token that has expired, is unknown, or has another scope.
            $allowed = false;
        }
        if (!$allowed) {
            throw new refusal(401);
        }
    }

    /**
     * The course in the address, where the tool is used. Any other gets the answer of one that does not exist.
     *
     * @return \stdClass the course
     * @throws refusal
     */
    protected function course(): \stdClass {
        global $DB;
        $courseid = (int) $this->parse_template()['context_id'];
        $typeid = $this->get_service()->get_type()->id;
        $course = $courseid === (int) SITEID ? false : $DB->get_record('course', ['id' => $courseid]);
        if (
            !$course
            || !$this->get_service()->is_allowed_in_context($typeid, $courseid)
            || !$this->get_service()->is_used_in_context($typeid, $courseid)
        ) {
            throw new refusal(404);
        }
        return $course;
    }

    /**
     * The JSON object that the request holds.
     *
     * @param response $response request and answer
     * @return array the object
     * @throws refusal
     */
    protected function body(response $response): array {
        $body = json_decode($response->get_request_data(), true);
        if (!is_array($body)) {
            throw new refusal(400);
        }
        return $body;
    }
}
