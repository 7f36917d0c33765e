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
 * GET /nozimite/{course}/completions
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace ltiservice_nozimite\local\resources;

use ltiservice_nozimite\local\progress_page;
use ltiservice_nozimite\local\service\nozimite;
use mod_lti\local\ltiservice\response;

/**
 * The learners of a course with what they have completed, a page at a time.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class completions extends resource {
    /** @var string The scope that the token must have. */
    protected const SCOPE = nozimite::SCOPE_READ;

    /** @var int The most learners on a page. */
    private const MOST_AT_ONCE = 1000;

    /**
     * Sets address, variable and media type.
     *
     * @param nozimite $service the service
     */
    public function __construct($service) {
        parent::__construct($service);
        $this->id = 'NozimiteCompletions';
        $this->template = '/nozimite/{context_id}/completions';
        $this->variables[] = nozimite::VARIABLE;
        $this->formats[] = 'application/vnd.nozimite.completions.v1+json';
        $this->methods[] = self::HTTP_GET;
    }

    /**
     * Answers with a page, and tells in a Link header where the next one is.
     *
     * @param response $response request and answer
     */
    protected function answer(response $response): void {
        $course = $this->course();
        $after = optional_param('after', 0, PARAM_INT);
        $limit = optional_param('limit', 0, PARAM_INT);
        $limit = $limit > 0 ? min($limit, self::MOST_AT_ONCE) : self::MOST_AT_ONCE;
        $page = new progress_page($course, $after, $limit);
        if ($page->has_more()) {
            $next = new \moodle_url(nozimite::completions_url($course->id), ['after' => $page->last(), 'limit' => $limit]);
            $response->add_additional_header("Link: <{$next->out(false)}>; rel=\"next\"");
        }
        $response->set_content_type($this->formats[0]);
        $response->set_body(json_encode($page, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR));
    }

    /**
     * Puts the address of the course in place of the variable.
     *
     * @param string $value a custom parameter
     * @return string the same with the address
     */
    public function parse_value($value) {
        global $COURSE;
        return str_replace('$' . nozimite::VARIABLE, nozimite::completions_url((int) $COURSE->id), $value);
    }
}
