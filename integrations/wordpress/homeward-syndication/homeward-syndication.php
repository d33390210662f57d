<?php
/**
 * Plugin Name:       Homeward Syndication
 * Description:       Lets a publication that syndicates to this site name the home of its copies: canonical link, robots, byline, attribution, share tags; and keeps the copies out of the sitemap.
 * Version:           1.0.0
 * Requires at least: 5.7
 * Requires PHP:      7.2
 * Author:            The Homeward developers
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 *
 * It has no settings and no tables, loads nothing from elsewhere, and touches no post that was not pushed here by Homeward.
 *
 * @package Homeward_Syndication
 */

namespace Homeward_Syndication;

defined( 'ABSPATH' ) || exit;

const VERSION = '1.0.0';

const ID          = '_homeward_id';
const CANONICAL   = '_homeward_canonical';
const ROBOTS      = '_homeward_robots';
const BYLINE      = '_homeward_byline';
const ATTRIBUTION = '_homeward_attribution';
const LINK        = '_homeward_link';
const VERSION_OF  = '_homeward_version';

/* --- What may be written, by whom, in which form ------------------------------------------------------------------ */

add_action(
	'init',
	function () {
		$kept = array(
			ID          => 'sanitize_text_field',
			CANONICAL   => 'esc_url_raw',
			ROBOTS      => __NAMESPACE__ . '\robots_only',
			BYLINE      => 'sanitize_text_field',
			ATTRIBUTION => 'sanitize_text_field',
			LINK        => 'esc_url_raw',
			VERSION_OF  => 'absint',
		);
		foreach ( $kept as $key => $clean ) {
			register_post_meta(
				'post',
				$key,
				array(
					'type'              => VERSION_OF === $key ? 'integer' : 'string',
					'single'            => true,
					'show_in_rest'      => true,
					'sanitize_callback' => $clean,
					'auth_callback'     => function ( $allowed, $meta_key, $post_id ) {
						return current_user_can( 'edit_post', $post_id );
					},
				)
			);
		}
	}
);

/** The directives we know, out of what was sent. */
function robots_only( $value ) {
	$named = array_map( 'trim', explode( ',', strtolower( (string) $value ) ) );
	return implode( ', ', array_intersect( array( 'noindex', 'nofollow', 'follow' ), $named ) );
}

/** What we keep of a post; '' for any other post. */
function told( $key, $post = null ) {
	$post = get_post( $post );
	return $post ? (string) get_post_meta( $post->ID, $key, true ) : '';
}

/** What we keep of the one post this page shows; '' on any other page. */
function told_here( $key ) {
	return is_singular( 'post' ) ? told( $key, get_queried_object_id() ) : '';
}

/* --- REST: that we are here, finding a copy by its id, and no second copy ------------------------------------------ */

add_action(
	'rest_api_init',
	function () {
		register_rest_route(
			'homeward/v1',
			'/about',
			array(
				'methods'             => 'GET',
				'permission_callback' => '__return_true',
				'callback'            => function () {
					return array( 'version' => VERSION );
				},
			)
		);
	}
);

add_filter(
	'rest_post_collection_params',
	function ( $params ) {
		$params['homeward_id'] = array( 'type' => 'string' );
		return $params;
	}
);

add_filter(
	'rest_post_query',
	function ( $args, $request ) {
		if ( ! empty( $request['homeward_id'] ) ) {
			$args['meta_key']   = ID; // phpcs:ignore WordPress.DB.SlowDBQuery
			$args['meta_value'] = (string) $request['homeward_id']; // phpcs:ignore WordPress.DB.SlowDBQuery
		}
		return $args;
	},
	10,
	2
);

add_filter(
	'rest_pre_insert_post',
	function ( $prepared, $request ) {
		global $wpdb;
		$meta = $request['meta'];
		if ( is_wp_error( $prepared ) || ! empty( $request['id'] ) || ! is_array( $meta ) || empty( $meta[ ID ] ) ) {
			return $prepared;
		}
		$id = sanitize_text_field( $meta[ ID ] );
		// Held until this request ends: two at once would both find nothing.
		$lock = $wpdb->prepare( 'SELECT GET_LOCK(%s, 10)', 'homeward-' . md5( DB_NAME . $wpdb->prefix . $id ) );
		// "0" says that another holds it still. Nothing at all comes from a database without such locks: there we go on without.
		if ( '0' === $wpdb->get_var( $lock ) ) {
			return new \WP_Error(
				'homeward_busy',
				'Another request is bringing this piece. Try again in a minute.',
				array( 'status' => 503 )
			);
		}
		$known = $wpdb->get_var(
			$wpdb->prepare( "SELECT post_id FROM {$wpdb->postmeta} WHERE meta_key = %s AND meta_value = %s LIMIT 1", ID, $id )
		);
		if ( ! $known ) {
			return $prepared;
		}
		return new \WP_Error(
			'homeward_exists',
			'This site has a copy of this piece already.',
			array(
				'status' => 409,
				'id'     => (int) $known,
			)
		);
	},
	10,
	2
);

/* --- The head: canonical and robots, by whoever writes them ---------------------------------------------------------- */

/** Our canonical for the page that is shown, else what was there. */
function canonical( $url ) {
	$ours = told_here( CANONICAL );
	return $ours ? esc_url_raw( $ours ) : $url;
}

add_filter(
	'get_canonical_url',
	function ( $url, $post ) {
		$ours = told( CANONICAL, $post );
		return $ours ? esc_url_raw( $ours ) : $url;
	},
	20,
	2
);
foreach ( array( 'wpseo_canonical', 'wpseo_opengraph_url', 'rank_math/frontend/canonical', 'rank_math/opengraph/url' ) as $hook ) {
	add_filter( $hook, __NAMESPACE__ . '\canonical', 20 );
}

add_filter(
	'wp_robots',
	function ( $robots ) {
		foreach ( array_filter( explode( ', ', told_here( ROBOTS ) ) ) as $directive ) {
			$robots[ $directive ] = true;
		}
		return $robots;
	},
	20
);
/** The same for Yoast and Rank Math, which both keep `index` and `follow` apart. */
function robots( $robots ) {
	$ours = array_filter( explode( ', ', told_here( ROBOTS ) ) );
	if ( in_array( 'noindex', $ours, true ) ) {
		$robots['index'] = 'noindex';
	}
	if ( $ours ) {
		$robots['follow'] = in_array( 'nofollow', $ours, true ) ? 'nofollow' : 'follow';
	}
	return $robots;
}
foreach ( array( 'wpseo_robots_array', 'rank_math/frontend/robots' ) as $hook ) {
	add_filter( $hook, __NAMESPACE__ . '\robots', 20 );
}

/* --- The head: share tags, where nobody else writes them ------------------------------------------------------------- */

/** Whether another plugin writes share tags. */
function others_share() {
	foreach ( array( 'WPSEO_VERSION', 'RANK_MATH_VERSION', 'AIOSEO_VERSION', 'SEOPRESS_VERSION', 'THE_SEO_FRAMEWORK_VERSION' ) as $name ) {
		if ( defined( $name ) ) {
			return true;
		}
	}
	return class_exists( 'Jetpack' ) && apply_filters( 'jetpack_enable_open_graph', false );
}

add_action(
	'wp_head',
	function () {
		if ( ! told_here( ID ) || others_share() ) {
			return;
		}
		$post  = get_post( get_queried_object_id() );
		$tags  = array(
			'og:type'        => 'article',
			'og:title'       => wp_strip_all_tags( get_the_title( $post ) ),
			'og:description' => wp_strip_all_tags( $post->post_excerpt ),
			'og:url'         => told_here( CANONICAL ) ? told_here( CANONICAL ) : get_permalink( $post ),
			'og:site_name'   => get_bloginfo( 'name', 'display' ),
		);
		$image = wp_get_attachment_image_src( get_post_thumbnail_id( $post ), 'full' );
		if ( $image ) {
			$tags['og:image']        = $image[0];
			$tags['og:image:width']  = $image[1];
			$tags['og:image:height'] = $image[2];
			$tags['og:image:alt']    = (string) get_post_meta( get_post_thumbnail_id( $post ), '_wp_attachment_image_alt', true );
		}
		foreach ( array_filter( $tags ) as $property => $content ) {
			printf( "<meta property=\"%s\" content=\"%s\" />\n", esc_attr( $property ), esc_attr( html_entity_decode( $content, ENT_QUOTES, 'UTF-8' ) ) );
		}
		printf( "<meta name=\"twitter:card\" content=\"%s\" />\n", $image ? 'summary_large_image' : 'summary' );
	},
	5
);

/* --- The page: byline, and the link home should somebody have edited it away ------------------------------------------ */

/** Our byline for a copy, else the name that was there; also where some other user's name is asked for. */
function byline( $name, $user_id = 0 ) {
	$post = is_admin() ? null : get_post();
	$ours = $post && ( ! $user_id || (int) $user_id === (int) $post->post_author ) ? told( BYLINE, $post ) : '';
	return $ours ? esc_html( $ours ) : $name;
}
add_filter( 'the_author', __NAMESPACE__ . '\byline', 20 );
add_filter( 'get_the_author_display_name', __NAMESPACE__ . '\byline', 20, 2 );

add_filter(
	'the_content',
	function ( $content ) {
		$link = told( LINK );
		$text = told( ATTRIBUTION );
		if ( ! $link || ! $text || ! in_the_loop() || false !== strpos( html_entity_decode( $content, ENT_QUOTES, 'UTF-8' ), $link ) ) {
			return $content;
		}
		return $content . sprintf( '<p class="homeward-attribution"><a href="%s">%s</a></p>', esc_url( $link ), esc_html( $text ) );
	},
	20
);

/* --- Sitemaps: a page whose home is elsewhere is in none --------------------------------------------------------------- */

/** Posts that keep out of sitemaps. */
function elsewhere() {
	return get_posts(
		array(
			'post_type'   => 'post',
			'numberposts' => -1,
			'fields'      => 'ids',
			'meta_query'  => array( // phpcs:ignore WordPress.DB.SlowDBQuery
				'relation' => 'OR',
				array( 'key' => CANONICAL, 'compare' => 'EXISTS' ),
				array( 'key' => ROBOTS, 'compare' => 'EXISTS' ),
			),
		)
	);
}

add_filter(
	'wp_sitemaps_posts_query_args',
	function ( $args, $post_type ) {
		if ( 'post' === $post_type ) {
			$args['meta_query'] = array( // phpcs:ignore WordPress.DB.SlowDBQuery
				isset( $args['meta_query'] ) ? $args['meta_query'] : array(),
				array( 'key' => CANONICAL, 'compare' => 'NOT EXISTS' ),
				array( 'key' => ROBOTS, 'compare' => 'NOT EXISTS' ),
			);
		}
		return $args;
	},
	20,
	2
);
add_filter(
	'wpseo_exclude_from_sitemap_by_post_ids',
	function ( $ids ) {
		return array_merge( (array) $ids, elsewhere() );
	}
);
add_filter(
	'rank_math/sitemap/entry',
	function ( $url, $type, $post ) {
		return 'post' === $type && ( told( CANONICAL, $post->ID ) || told( ROBOTS, $post->ID ) ) ? false : $url;
	},
	10,
	3
);
